/** How long the calls of an AWS client may take, in milliseconds; the SDK sets no limit by default. */
interface TimeLimits {
  readonly connecting: number;
  /** From the start of a request to its response; also the longest silence within the response body. */
  readonly answering: number;
}

/** Ends calls that AWS accepts and never answers. */
export const timeLimits = ({ connecting, answering }: TimeLimits) => ({
  requestHandler: {
    connectionTimeout: connecting,
    requestTimeout: answering,
    throwOnRequestTimeout: true,
    socketTimeout: answering,
  },
});

/**
 * For calls that AWS answers in milliseconds. With the SDK's three attempts and its pauses of at most 0.05 s and 0.1 s,
 * a call that is never answered ends after 4.65 s.
 */
export const quickCalls = timeLimits({ connecting: 1000, answering: 1500 });
