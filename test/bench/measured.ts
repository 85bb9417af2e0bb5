/** What is measured, in the order of the table, with the target of each. */
export const measured = {
  start: { what: 'start-up, nothing booked', target: '5 s' },
  fullStart: { what: 'start-up with 10,000 open lines', target: '10 s' },
  read: { what: 'get a line, 8 connections', target: '–' },
  resend: { what: 'resend, each to another line, 8 connections', target: '450/s, p99 40 ms' },
  closing: { what: '1,000 windows that end within seconds, until all are Closed', target: '15 s' },
  closingLate: {
    what: '1,000 lines that fell due while the service was down, until all are Closed',
    target: '15 s',
  },
  console: { what: "a page of the console's list of 10,000 lines", target: '–' },
  firstEmails: { what: '5,000 first emails due at once, at a mail rate of 200/s', target: '28 s' },
  resendMeanwhile: { what: 'resends of other lines meanwhile, 5 a second', target: 'p99 1 s' },
  memory: { what: 'memory per open line', target: '30 kB' },
};
