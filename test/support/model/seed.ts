/** Where random tests start: the same seed, `FC_SEED` in the environment, makes the same sequences again. */
export const seed = Number(process.env.FC_SEED ?? Date.now() % 1_000_000_000);
