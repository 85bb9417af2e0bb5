import { faultNames, NamedFault } from '../contracts/faults.ts';
import { isBooked, type OrderLine, type StoredLine } from '../domain/order-line.ts';

/**
 * A decision about a line that is known to be booked.
 * @throws NamedFault OrderLineNotFound, as in a table that was restored to an earlier time
 */
export const booked =
  <Decided>(decide: (line: OrderLine) => Decided) =>
  (line: StoredLine): Decided => {
    if (!isBooked(line))
      throw new NamedFault(faultNames.orderLineNotFound, 'the order line is not in the table');
    return decide(line);
  };
