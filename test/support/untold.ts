/** Where nobody is told that an email came back. */
export const untold = {
  noteCameBack: () => Promise.resolve(),
  tell: () => Promise.resolve(),
  endNotices: () => Promise.resolve(),
};
