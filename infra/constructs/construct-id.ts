/** The construct id for a function's name: `BookOrderLine` for `book-order-line`. */
export const constructId = (functionName: string): string =>
  functionName.replace(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
