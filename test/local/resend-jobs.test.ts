import type { JobAnswer, JobItemsAnswer } from '../../shared/contracts/api.ts';
import { type Client, client } from '../support/client.ts';
import { booked, cancelled, newOrder, partner } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: Service;
let api: Client;
let token: string;

async function start(dataFolder?: string): Promise<void> {
  service = await startService(dataFolder === undefined ? {} : { dataFolder });
  api = client(service.url);
  token = await api.token({ partnerId: partner, roles: ['resend'], email: 'maya@northwind.example' });
}
beforeAll(() => start());
afterAll(() => service.stop());

const bookMany = async (count: number): Promise<string[]> => {
  const orders = Array.from({ length: count }, newOrder);
  await api.send(...orders.map((orderId) => booked(orderId, { offer: 'A-WX' })));
  return orders;
};
const named = (orders: readonly string[]) => ({ lines: orders.map((orderId) => ({ orderId, lineId: '1' })) });

const startJob = (json: object, as = token, headers = {}) =>
  api.request<JobAnswer & Record<string, unknown>>('/resend-jobs', {
    method: 'POST',
    token: as,
    json,
    headers,
  });
const read = <Body>(path: string, as = token) => api.ok<Body>(path, { token: as });
const completed = async (location: string) => {
  await api.idle();
  return await until(
    () => read<JobAnswer>(location),
    ({ status }) => status === 'Completed',
  );
};
const resendsOf = async (orders: readonly string[]) =>
  (await api.emails()).filter(
    ({ tags }) => tags['kind'] === 'resend' && orders.includes(tags['orderId'] ?? ''),
  );

it('sends the emails of many lines, and tells of each what came of it', async () => {
  const orders = await bookMany(30);
  const [settled = ''] = orders;
  await api.send(cancelled(settled));
  const { status, headers, body } = await startJob(named(orders));
  const { jobId, ...rest } = body;
  expect(status).toBe(202);
  expect(headers.get('location')).toBe(`/resend-jobs/${jobId}`);
  expect(rest).toMatchObject({ status: 'Queued', createdBy: 'maya@northwind.example' });

  const job = await completed(`/resend-jobs/${jobId}`);
  expect(job.counts).toEqual({ total: 30, sent: 29, skipped: 1, failed: 0, unconfirmed: 0 });
  const sent = await resendsOf(orders);
  expect(sent).toHaveLength(29);
  const { items } = await read<JobItemsAnswer>(`/resend-jobs/${jobId}/items?limit=100`);
  expect(items.map(({ orderId }) => orderId)).toEqual(orders);
  expect(items[0]).toMatchObject({ result: 'skipped', code: 'cancelled' });
  for (const { messageId, to } of items.slice(1))
    expect(sent.filter((email) => email.messageId === messageId && email.to === to)).toHaveLength(1);
  expect((await read<{ items: JobAnswer[] }>('/resend-jobs')).items[0]).toEqual(job);
});

it('writes all emails in the language that it is asked for', async () => {
  const orders = await bookMany(2);
  const inLanguage = (locale: string) =>
    api.request<JobAnswer>(`/resend-jobs?locale=${locale}`, { method: 'POST', token, json: named(orders) });
  expect(await inLanguage('fr')).toMatchObject({ status: 400, body: { errors: [{ path: 'locale' }] } });
  const { status, body } = await inLanguage('ja');
  expect({ status, body }).toMatchObject({ status: 202, body: { locale: 'ja' } });
  expect(await completed(`/resend-jobs/${body.jobId}`)).toMatchObject({ locale: 'ja', counts: { sent: 2 } });
  for (const { subject } of await resendsOf(orders)) expect(subject).toContain('【再送】');
});

it('answers the results as CSV to those who ask for it', async () => {
  const [orderId = ''] = await bookMany(1);
  const { body } = await startJob(named([orderId]));
  await completed(`/resend-jobs/${body.jobId}`);
  const answer = await fetch(`${service.url}/resend-jobs/${body.jobId}/items?limit=1`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/csv' },
  });
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
  const [header, row, ...more] = (await answer.text()).split('\r\n');
  expect(header).toBe('orderId,lineId,result,code,messageId,to,at');
  expect(row).toContain(`${orderId},1,sent,,`);
  expect(more).toEqual(['']);
});

it('the same key gets the first answer, marked as such, and sends nothing', async () => {
  const orders = await bookMany(2);
  const key = { 'idempotency-key': 'the-morning-after' };
  const first = await startJob(named(orders), token, key);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  await completed(`/resend-jobs/${first.body.jobId}`);
  await api.advance('PT2M');
  const again = await startJob(named(orders), token, key);
  expect(again).toMatchObject({ status: 202, body: first.body });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  await api.idle();
  expect(await resendsOf(orders)).toHaveLength(2);
});

it('a killed service goes on with its job, and sends no line twice', async () => {
  const orders = await bookMany(40);
  const { body } = await startJob({ filter: { status: 'AwaitingProvisioningDetails' } });
  const location = `/resend-jobs/${body.jobId}`;
  const conflict = await startJob(named(orders));
  expect(conflict).toMatchObject({ status: 409, body: { code: 'job-in-progress', jobId: body.jobId } });
  await until(
    () => resendsOf(orders),
    (sent) => sent.length > 5,
  );
  await service.kill();
  await start(service.dataFolder);
  await api.idle();
  // By then a claim that the killed process left has run out.
  await api.advance('PT1M');
  const { counts } = await completed(location);

  expect(counts.total).toBeGreaterThanOrEqual(40);
  const sent = (await api.emails()).filter(({ tags }) => tags['kind'] === 'resend');
  const found: JobItemsAnswer['items'] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: JobItemsAnswer = await read(`${location}/items?limit=100${cursor && `&cursor=${cursor}`}`);
    found.push(...page.items);
    cursor = page.cursor;
  }
  expect(found).toHaveLength(counts.total);
  for (const orderId of orders) {
    const mine = sent.filter(({ tags }) => tags['orderId'] === orderId);
    const [result] = found.filter((item) => item.orderId === orderId);
    expect(mine.length).toBeLessThanOrEqual(1);
    if (result?.result === 'sent') expect(result.messageId).toBe(mine[0]?.messageId);
    else expect(result?.result).toBe('unconfirmed');
    const told = await api.history(token, orderId);
    expect(
      told.filter(({ type, actor }) => type === 'ProvisioningEmailSent' && actor !== 'workflow'),
    ).toHaveLength(mine.length);
  }
});

describe('it is for', () => {
  it('those who may resend, and seen by their partner and by operators only', async () => {
    const [orderId = ''] = await bookMany(1);
    const viewer = await api.token({ partnerId: partner, roles: ['view'] });
    const stranger = await api.token({ partnerId: 'fabrikam', roles: ['resend'] });
    const operator = await api.token({ roles: ['operator'] });
    const refused = await startJob(named([orderId]), viewer);
    expect(refused).toMatchObject({ status: 403, body: { code: 'no-access' } });
    expect(refused.body).not.toHaveProperty('placedBy');
    expect(await startJob(named([orderId]), operator)).toMatchObject({ status: 400 });

    const { status, body } = await api.request<JobAnswer>(`/resend-jobs?partnerId=${partner}`, {
      method: 'POST',
      token: operator,
      json: named([orderId]),
    });
    expect(status).toBe(202);
    const location = `/resend-jobs/${body.jobId}`;
    expect(await completed(location)).toMatchObject({ counts: { sent: 1 } });
    for (const as of [viewer, operator])
      expect(await read(location, as)).toMatchObject({ jobId: body.jobId });
    for (const path of [location, `${location}/items`])
      expect(await api.request(path, { token: stranger })).toMatchObject({
        status: 404,
        body: { code: 'job-not-found' },
      });
  });

  it('up to 1,000 lines by name', async () => {
    const longest = 'x'.repeat(64);
    const lines = (count: number) => ({
      lines: Array.from({ length: count }, (_, index) => ({
        orderId: longest,
        lineId: String(index).padStart(64, '0'),
      })),
    });
    const tooMany = await startJob(lines(1001));
    expect(tooMany).toMatchObject({ status: 400, body: { errors: [{ path: 'lines' }] } });
    expect((await startJob(lines(2000))).status).toBe(413);
    const { status, body } = await startJob(lines(1000));
    expect(status).toBe(202);
    const { counts } = await completed(`/resend-jobs/${body.jobId}`);
    expect(counts).toMatchObject({ total: 1000, skipped: 1000 });
  });
});
