/**
 * Posts messages to another thread. Those posted at the same time go as one list: a message may wake the other thread,
 * which takes longer than passing it on.
 */
export function posting<Message>(port: { postMessage(messages: readonly Message[]): void }) {
  let waiting: Message[] = [];
  return (message: Message): void => {
    waiting.push(message);
    if (waiting.length > 1) return;
    // Once everything that is ready to run has run, which may post more.
    process.nextTick(() => {
      const messages = waiting;
      waiting = [];
      port.postMessage(messages);
    });
  };
}
