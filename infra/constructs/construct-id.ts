/** The id of what belongs to a function: `book-order-line` as `BookOrderLine`. */
export const constructId = (functionName: string): string =>
  functionName.replace(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
