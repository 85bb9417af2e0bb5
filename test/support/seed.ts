const asked = process.env.FC_SEED;
const some = Date.now() % 1_000_000_000;

/**
 * Where the random tests of a build start. It is always the same place: a red build is a regression, and no luck.
 * `FC_SEED=<seed>` in the environment starts at another one, `FC_SEED=random` anywhere.
 */
export const seed = asked === 'random' ? some : Number(asked ?? 1);

/** Where the search for what no build has met starts: anywhere, unless `FC_SEED` says where. */
export const newSeed = asked === undefined ? some : seed;
