/**
 * Posts to another thread. What is posted at the same time goes as one message, a list: each message may wake up the
 * other thread, which takes longer than to hand it over.
 */
export function posting<Message>(port: { postMessage(messages: readonly Message[]): void }) {
  let waiting: Message[] = [];
  return (message: Message): void => {
    waiting.push(message);
    if (waiting.length > 1) return;
    queueMicrotask(() => {
      const messages = waiting;
      waiting = [];
      port.postMessage(messages);
    });
  };
}
