/** Where nobody is told that an email came back. */
export const untold = { tellPlacer: () => Promise.resolve(), endNotices: () => Promise.resolve() };
