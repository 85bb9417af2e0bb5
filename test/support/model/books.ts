import assert from 'node:assert/strict';
import { defaults } from '../../../infra/settings.ts';
import { withoutStaleClaim } from '../../../shared/domain/claims.ts';
import { isExecutionDue } from '../../../shared/domain/executions.ts';
import { isOpen, type OrderLine } from '../../../shared/domain/order-line.ts';
import { nextDueAt } from '../../../shared/domain/follow-up.ts';
import type { MemoryService } from './memory-service.ts';
import { tellable, toldBy } from '../told-line.ts';
import { isSame } from './line.ts';
import { hour } from './steps.ts';
import type { LeftEmail } from './target.ts';

const day = 24 * hour;

/** The line's own times are a little later than the mail service's. */
const blur = 1000;

/**
 * What must hold in the end between the mail service, the lines and the workflow: every email is in exactly one
 * history, as sent or, if its report was lost, as one that may have been; and limits held.
 */
export function expectBooksToAgree(service: MemoryService): void {
  const lines = service.lines().map((line) => withoutStaleClaim(line, service.instant()));
  const emails = service.emails();
  for (const email of emails) {
    const places = lines.flatMap((line) => line.history.filter((entry) => isEntryOf(entry, email)));
    assert.equal(places.length, 1, `an email is in ${places.length} places: ${JSON.stringify(email)}`);
    const isSent = places[0]?.type === 'ProvisioningEmailSent';
    assert.ok(
      isSent || email.reportedAt === undefined,
      `a reported email is not recorded: ${email.messageId}`,
    );
  }
  for (const line of lines)
    expectLine(
      line,
      emails.filter((email) => isOf(line, email)),
      service,
    );
}

const isOf = ({ orderId, lineId }: OrderLine, { tags }: LeftEmail) =>
  tags.orderId === orderId && tags.lineId === lineId;

const isEntryOf = (entry: OrderLine['history'][number], email: LeftEmail) =>
  (entry.type === 'ProvisioningEmailSent' && entry.messageId === email.messageId) ||
  (entry.type === 'ProvisioningEmailUnconfirmed' && entry.claimId === email.tags.claimId);

function expectLine(line: OrderLine, emails: readonly LeftEmail[], service: MemoryService): void {
  const name = `${line.orderId}/${line.lineId}`;
  const entries = (type: string) => line.history.filter((entry) => entry.type === type);
  const sent = line.history.filter((entry) => entry.type === 'ProvisioningEmailSent');
  for (const { messageId } of sent)
    assert.ok(
      emails.some((email) => email.messageId === messageId),
      `${name} tells of an email that never left`,
    );
  assert.equal(
    line.emailsSent,
    sent.length + entries('ProvisioningEmailUnconfirmed').length,
    `${name} counts other emails than its history`,
  );
  assert.equal(line.claim, undefined, `${name} is claimed for good`);
  for (const type of ['Booked', 'Onboarded', 'Closed', 'Cancelled'])
    assert.ok(entries(type).length <= 1, `${name} is ${type} more than once`);

  const counted = emails.filter(({ tags }) => tags.kind !== 'first').map(({ sentAt }) => Date.parse(sentAt));
  for (const [place, at] of counted.entries()) {
    const tenth = counted[place - 10];
    assert.ok(tenth === undefined || at - tenth > day - blur, `${name}: eleven emails in a day`);
  }
  const resends = emails.filter(({ tags }) => tags.kind === 'resend').map(({ sentAt }) => Date.parse(sentAt));
  for (const [place, at] of resends.entries()) {
    const before = resends[place - 1];
    assert.ok(before === undefined || at - before > 60_000 - blur, `${name}: two resends in a minute`);
  }
  assert.ok(emails.length <= 101, `${name}: more emails than a line may have`);

  const { email } = line.provisioningContact;
  assert.ok(
    line.status !== 'AwaitingProvisioningDetails' || emails.some(({ to }) => isSame(to, email)),
    `${name}: its contact has got no email`,
  );

  const events = service.published(line.orderId, line.lineId);
  const ids = new Set(events.map(({ detail }) => detail.id));
  assert.equal(ids.size, events.length, `${name}: several events have one id`);
  assert.deepEqual(toldBy(events), tellable(line), `${name}: its events tell of something else`);

  const running = service.running(line.orderId, line.lineId);
  assert.ok(running <= (isOpen(line) ? 1 : 0), `${name} is ${line.status} with ${running} executions`);
  // One that is lost is missed when the line is due.
  const isNeeded =
    (nextDueAt(line) ?? 'never') <= service.instant() &&
    isExecutionDue(line, service.instant(), defaults.executionHorizon);
  assert.ok(running === 1 || !isNeeded, `${name} is ${line.status} without an execution`);
}
