/** How long the calls of one AWS client may take, in milliseconds; the SDK itself knows no limit. */
interface TimeLimits {
  readonly connecting: number;
  /** From the start of a request to its answer; for the body of the answer as long again without a byte. */
  readonly answering: number;
}

/** What ends a call that AWS accepts and never answers. */
export const timeLimits = ({ connecting, answering }: TimeLimits) => ({
  requestHandler: {
    connectionTimeout: connecting,
    requestTimeout: answering,
    throwOnRequestTimeout: true,
    socketTimeout: answering,
  },
});

/**
 * Calls that AWS answers in milliseconds. With the three attempts of the SDK and its pauses of at most 0.05 and 0.1 s,
 * one that is never answered takes 4.65 s.
 */
export const quickCalls = timeLimits({ connecting: 1000, answering: 1500 });
