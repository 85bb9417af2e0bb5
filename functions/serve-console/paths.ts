import type { LineKey } from '../../shared/domain/order-line.ts';
import type { LineResult } from '../../shared/domain/resend-job.ts';
import type { PartnersRequest } from '../../shared/use-cases/read-summary.ts';

/** The path of the console. */
export const root = '/console';

/** How the list was left, with its tab, search and page: the query of its address; undefined: unchanged. */
export type LeftList = string | undefined;

const origins = ['orders', 'order', 'line', 'subscription'] as const;
/** Where a dialog was opened, and leads back to: the list, or a page about the line. */
export type Origin = (typeof origins)[number];

/** The origin that an address names; by default the line's page. */
export const originNamed = (name: string | undefined): Origin =>
  origins.find((origin) => origin === name) ?? 'line';

const order = (orderId: string) => `${root}/orders/${orderId}`;
const line = ({ orderId, lineId }: LineKey) => `${order(orderId)}/lines/${lineId}`;

const jobs = `${root}/resend-jobs`;
const webhooks = `${root}/webhooks` as const;

/** How the list was left, from a parameter of an address. */
export function listNamed(name: string | undefined): LeftList {
  if (name?.startsWith('?') !== true) return undefined;
  const left = ownPath(root + name).slice(root.length);
  return left === '' ? undefined : left;
}

type PartnersPlace = Partial<Pick<PartnersRequest, 'after' | 'skip'>> & { beginning?: string | undefined };

/** Identifies a webhook; an operator names its partner, too. */
interface WebhookPlace {
  readonly webhookId: string;
  readonly partnerId?: string | undefined;
  readonly list: LeftList;
  /** What was just done to it. */
  readonly done?: string | undefined;
}
const insights = `${root}/insights`;

/** The parameters that have a value, as a query. */
export function query(of: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(of)) if (value !== undefined) parameters.set(name, value);
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

export const paths = {
  orders: root,
  list: (left: LeftList) => root + (left ?? ''),
  /** The partners whose ids begin like this, for operators. */
  partners: ({ beginning, after, skip = 0 }: PartnersPlace) =>
    root + query({ partner: beginning, after, skip: skip === 0 ? undefined : String(skip) }),
  order: (orderId: string, list: LeftList) => order(orderId) + query({ list }),
  line: (key: LineKey, list: LeftList) => line(key) + query({ list }),
  /** The history of a line, narrowed to what `show` names. */
  history: (key: LineKey, asked: { show: string | undefined; list: LeftList }) =>
    `${line(key)}${query(asked)}#history`,
  historyTable: (key: LineKey) => `${line(key)}/history.csv`,
  resend: (key: LineKey, from: Origin, list: LeftList) => `${line(key)}/resend${query({ from, list })}`,
  previewResend: (key: LineKey) => `${line(key)}/resend/preview`,
  previewContact: (key: LineKey) => `${line(key)}/contact/preview`,
  contact: (key: LineKey, from: Origin, list: LeftList) => `${line(key)}/contact${query({ from, list })}`,
  copyTo: (key: LineKey, from: Origin, list: LeftList) => `${line(key)}/copy-to${query({ from, list })}`,
  subscription: (
    { subscriptionId, partnerId }: { subscriptionId: string; partnerId: string },
    list: LeftList,
  ) => `${root}/subscriptions/${subscriptionId}${query({ partnerId, list })}`,
  jobs: (asked: { partnerId?: string | undefined; list: LeftList; cursor?: string }) => jobs + query(asked),
  startJob: jobs,
  insights,
  insightsTable: `${insights}.csv`,
  newJob: `${jobs}/new`,
  previewJob: `${jobs}/preview`,
  job: (jobId: string, asked: { result?: LineResult | undefined; list: LeftList; cursor?: string }) =>
    `${jobs}/${jobId}${query(asked)}`,
  jobResults: (jobId: string, result: LineResult | undefined) =>
    `${jobs}/${jobId}/results.csv${query({ result })}`,
  webhooks,
  newWebhook: (asked: Omit<WebhookPlace, 'webhookId' | 'done'>) => `${webhooks}/new${query(asked)}`,
  webhook: (
    { webhookId, ...asked }: WebhookPlace,
    action?: 'edit' | 'rotate' | 'delete' | 'test' | 'disable' | 'enable',
  ) => `${webhooks}/${webhookId}${action === undefined ? '' : `/${action}`}${query(asked)}`,
  signIn: (returnTo: string) => `${root}/sign-in?${new URLSearchParams({ return: returnTo }).toString()}`,
  signedIn: `${root}/signed-in`,
  /** Where bounce notices are ended: `endNoticesPath` in shared/emails. */
  notices: `${root}/notices`,
  /** Where people choose what they are told of. */
  notifications: `${root}/notifications`,
  signOut: `${root}/sign-out`,
} as const;

/** The page that a dialog leads back to. */
export function backTo(
  from: Origin,
  of: LineKey & { readonly subscriptionId: string; readonly partnerId: string },
  list: LeftList,
): string {
  switch (from) {
    case 'orders':
      return paths.list(list);
    case 'order':
      return `${paths.order(of.orderId, list)}#line-${of.lineId}`;
    case 'line':
      return paths.line(of, list);
    case 'subscription':
      return paths.subscription(of, list);
  }
}

/** What browsers turn into a slash, or drop: no honest path contains these. */
const tricks = /[\\\p{Cc}\p{Zl}\p{Zp}]/u;

/** `path` if it is a page of this console; otherwise the console's first page, so that nobody is led away. */
export function ownPath(path: string | undefined): string {
  if (path === undefined || tricks.test(path) || !path.startsWith(root)) return root;
  const base = 'http://console.invalid';
  const url = URL.parse(path, base);
  if (url?.origin !== base || !(url.pathname === root || url.pathname.startsWith(`${root}/`))) return root;
  return url.pathname + url.search;
}
