/* What AWS grants and takes, as far as the product does not name it itself. */

export const regionClasses = ['large', 'elsewhere'] as const;
/** `large`: N. Virginia, Oregon and Ireland. */
export type RegionClass = (typeof regionClasses)[number];

/** A region of each class, as `executionQuota` knows them. */
export const regionOf: Readonly<Record<RegionClass, string>> = {
  large: 'us-east-1',
  elsewhere: 'eu-central-1',
};

/** Default quotas of an account in a region that the product's own list has no use for. */
export const quotas = {
  /** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
  openExecutions: 1_000_000,
  /** State transitions a second of Standard workflows. */
  transitions: { large: 5000, elsewhere: 800 } satisfies Record<RegionClass, number>,
  /** Concurrent calls of all functions. */
  concurrency: 1000,
  /** Write units a second that a new table on demand takes at once; it grows with use. */
  writeUnits: 4000,
};

/** USD, list prices of US East without free tiers. */
export const prices = {
  thousandTransitions: 0.025,
  thousandEmails: 0.1,
  millionWriteUnits: 0.625,
  millionReadUnits: 0.125,
  millionQueueRequests: 0.4,
  /** A month; point-in-time recovery is charged for the items alone. */
  gigabyteStored: 0.25,
  gigabyteRecoverable: 0.2,
  millionTraces: 5,
  gigabyteLogged: 0.5,
  /** Of a function on Arm, and what each call of it costs beside. */
  millionGigabyteSeconds: 13.33,
  millionCalls: 0.2,
  millionApiRequests: 1,
  /** What is put on a bus; events of AWS's own services cost nothing. */
  millionEvents: 1,
  gigabyteArchived: 0.1,
};
