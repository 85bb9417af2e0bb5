import type { LineAnswer, OrderAnswer } from '../../../shared/contracts/api.ts';
import { controlHubLink } from '../../../shared/contracts/problems.ts';
import { paths } from '../paths.ts';
import type { PersonalView } from '../view.ts';
import { inOrders, Layout } from './layout.tsx';
import { listPath } from './orders.tsx';
import { ExternalLink, Facts, isResumable, LineCard, PersonNamed, Told } from './parts.tsx';

/** The most lines that the page of an order shows; the list has the others. */
const mostLines = 100;

/** An order with its first lines. */
export function OrderPage({ view, order }: { view: PersonalView; order: OrderAnswer }) {
  const { t, format } = view;
  const [first] = order.lines;
  return (
    <Layout
      view={view}
      title={[first?.endCustomer.name, t.order.title(order.orderId)].filter(Boolean).join(', ')}
      above={[inOrders(view)]}
    >
      <div class="heading">
        <h1>{first?.endCustomer.name}</h1>
        <p class="muted">{t.order.title(order.orderId)}</p>
      </div>
      {first ? (
        <Facts
          of={[
            [t.field.placedBy, <PersonNamed who={first.placedBy} />],
            [t.partner, first.partnerId],
            [t.field.organization, order.organizationId],
          ]}
        />
      ) : null}
      {order.onboardedAt === undefined ? null : (
        <p class="notice good">
          <span>
            <Told
              view={view}
              text={format.sentences([
                t.order.onboarded(format.date(order.onboardedAt)),
                t.explain.ponrInstead,
              ])}
              at={[order.onboardedAt]}
            />{' '}
            <ExternalLink view={view} href={controlHubLink}>
              {controlHubLink}
            </ExternalLink>
          </span>
        </p>
      )}
      <section aria-label={t.order.lines}>
        {order.lines.slice(0, mostLines).map((line) => (
          <LineCard view={view} line={line} from="order" />
        ))}
      </section>
      {order.lines.length > mostLines ? (
        <p>
          <a href={listPath({ q: `${order.orderId}/`, show: 'all' })}>
            {t.order.allLines(format.number(order.lines.length))}
          </a>
        </p>
      ) : null}
    </Layout>
  );
}

/** The lines of a subscription, where pending ones can be resumed. */
export function SubscriptionPage({ view, lines }: { view: PersonalView; lines: readonly LineAnswer[] }) {
  const { t, format } = view;
  const [first] = lines;
  return (
    <Layout
      view={view}
      title={t.subscription.title}
      above={[
        inOrders(view),
        ...(first
          ? [{ href: paths.order(first.orderId, view.list), name: t.order.title(first.orderId) }]
          : []),
      ]}
    >
      <div class="heading">
        <h1>{t.subscription.title}</h1>
        {first ? <p class="muted">{t.subscription.introduction(first.subscriptionId)}</p> : null}
      </div>
      {lines.some(({ provisioningPending }) => provisioningPending) ? (
        <p class="notice warn">
          <span>
            {format.sentences([
              t.subscription.pending,
              lines.some((line) => isResumable(view, line)) ? t.order.stillPossible : undefined,
            ])}
          </span>
        </p>
      ) : null}
      <section aria-label={t.order.lines}>
        {lines.map((line) => (
          <LineCard view={view} line={line} from="subscription" />
        ))}
      </section>
    </Layout>
  );
}
