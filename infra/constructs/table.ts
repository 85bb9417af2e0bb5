import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { expiryAttribute } from '../../shared/adapters/expiry.ts';
import { type IndexName, indexes } from '../../shared/adapters/order-line-item.ts';
import type { Settings } from '../settings.ts';

interface OrderLineTableProps {
  readonly settings: Pick<Settings, 'keepData'>;
}

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** The order lines. The table survives the stack unless the settings say otherwise. */
export class OrderLineTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { settings }: OrderLineTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      timeToLiveAttribute: expiryAttribute,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: settings.keepData,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const [indexName, { partitionKey, sortKey, projected }] of Object.entries(indexes)) {
      this.table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partitionKey),
        sortKey: text(sortKey),
        ...(projected.length === 0
          ? { projectionType: ProjectionType.KEYS_ONLY }
          : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...projected] }),
      });
    }
  }
}

type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'Query' | 'BatchGetItem';

/** Grants `grantee` these actions on the table's items, and nothing else. */
export function grantItems(table: Table, grantee: IGrantable, ...actions: readonly TableAction[]): void {
  Grant.addToPrincipal({
    grantee,
    actions: actions.map((action) => `dynamodb:${action}`),
    resourceArns: [table.tableArn],
  });
}

/** Lets `grantee` query these indexes of the table. */
export function grantQuery(table: Table, grantee: IGrantable, ...names: readonly IndexName[]): void {
  Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:Query'],
    resourceArns: names.map((name) => `${table.tableArn}/index/${name}`),
  });
}
