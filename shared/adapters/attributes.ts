import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/* Converts items, keys and expression values between the product's form and that of DynamoDB's API. */

type Attributes = Record<string, AttributeValue>;

/** Leaves out undefined values. */
export const toAttributes = (values: object): Attributes => marshall(values, { removeUndefinedValues: true });

export const fromAttributes = (attributes: Attributes): Record<string, unknown> => unmarshall(attributes);

/** An item that may not be there. */
export const itemIn = ({ Item }: { readonly Item?: Attributes | undefined }) => Item && fromAttributes(Item);

/** The items of a page. */
export const itemsIn = ({ Items = [] }: { readonly Items?: Attributes[] | undefined }) =>
  Items.map(fromAttributes);
