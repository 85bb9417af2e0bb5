import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/* Items, keys and values of expressions: as the product has them, and as DynamoDB's API has them. */

type Attributes = Record<string, AttributeValue>;

/** What is undefined is left out. */
export const toAttributes = (values: object): Attributes => marshall(values, { removeUndefinedValues: true });

export const fromAttributes = (attributes: Attributes): Record<string, unknown> => unmarshall(attributes);

/** An item that may not be there. */
export const itemIn = ({ Item }: { readonly Item?: Attributes | undefined }) => Item && fromAttributes(Item);

/** The items of a page. */
export const itemsIn = ({ Items = [] }: { readonly Items?: Attributes[] | undefined }) =>
  Items.map(fromAttributes);
