import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { readDefinition } from '../../infra/local/definition.ts';
import type { LineKey } from '../../shared/domain/order-line.ts';

const state = 'Close order line';

/** What the workflow's last state asks DynamoDB for, made of the definition as it is deployed. */
export async function closeInput(
  { orderId, lineId }: LineKey,
  revision: number,
  closedStateKey: string,
  at: string,
): Promise<UpdateItemCommandInput> {
  machine ??= readDefinition().then(
    (definition) =>
      new StateMachine(
        { ...(definition as unknown as StateMachineDefinition), StartAt: state },
        {
          validationOptions: { noValidate: true },
        },
      ),
  );
  let asked: unknown;
  const { result } = (await machine).run(
    { orderId, lineId, revision, sending: { outcome: 'awaiting', closedStateKey } },
    {
      overrides: {
        taskResourceLocalHandlers: {
          [state]: (input) => {
            asked = input;
            return Promise.resolve({});
          },
        },
      },
      context: { State: { Name: state, EnteredTime: at } },
    },
  );
  await result;
  return asked as UpdateItemCommandInput;
}

let machine: Promise<StateMachine> | undefined;
