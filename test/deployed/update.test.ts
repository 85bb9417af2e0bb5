import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { Target } from '../scenarios/target.ts';
import { deploy } from '../support/deployment.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { until } from '../support/until.ts';
import { deployment, secondClosing, secondSender, secondVersion } from './deployment.ts';
import { synthesiseLater } from './later-version.ts';
import { clientConfig, deployedTarget, sendersTo } from './target.ts';

const deployed = deployment();
const sfn = new SFNClient(clientConfig(deployed));

let target: Target;
let token: string;
/** Made before anything is booked: only deploying it is to fit into the window of the lines that wait. */
let newer: string;
beforeAll(async () => {
  newer = await synthesiseLater(deployed, secondVersion);
  target = await deployedTarget(deployed);
  token = await target.token({ partnerId: partner, roles: ['resend'] });
});

const lineThat = (orderId: string, status: string) =>
  until(
    () => target.api.line(token, orderId),
    ({ body }) => body.status === status,
  );

/** The names of the states that a line's execution went through. */
async function statesOf(orderId: string): Promise<readonly string[]> {
  const [execution] = await target.executions(orderId);
  const executionArn = `${deployed.outputs.StateMachineArn.replace(':stateMachine:', ':execution:')}:${execution?.name ?? ''}`;
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

test('lines that were open when the product was updated close as well as those booked after', async () => {
  const [waitsForItsDate, runsOut, bookedAfter] = [newOrder(), newOrder(), newOrder()];
  const startDate = new Date(Date.now() + 50_000).toISOString();
  await target.send(
    booked(runsOut, { offer: 'A-FLEX' }),
    booked(waitsForItsDate, { requestedStartDate: startDate }),
  );
  await lineThat(runsOut, 'AwaitingProvisioningDetails');
  await lineThat(waitsForItsDate, 'Scheduled');

  await deploy(deployed.url, newer);
  expect((await target.api.line(token, runsOut)).body.status).toBe('AwaitingProvisioningDetails');
  await target.send(booked(bookedAfter));

  for (const orderId of [bookedAfter, waitsForItsDate, runsOut]) {
    await lineThat(orderId, 'Closed');
    expect(await target.emails(`it@${orderId}.example`.toLowerCase())).toHaveLength(1);
  }
  expect(await statesOf(runsOut)).toContain('Close order line');
  expect(await statesOf(waitsForItsDate)).toContain('Close order line');
  expect(await statesOf(bookedAfter)).toContain(secondClosing);
  for (const orderId of [bookedAfter, waitsForItsDate]) {
    expect(await sendersTo(deployed, `it@${orderId}.example`.toLowerCase())).toEqual([
      expect.stringContaining(secondSender),
    ]);
  }
});
