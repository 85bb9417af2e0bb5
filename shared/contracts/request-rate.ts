/** How many calls a second API Gateway accepts from signed-in callers, far more than they need, and how many at once. */
export const requestRate = { perSecond: 50, burst: 100 } as const;
