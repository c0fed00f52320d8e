/** What this process has done to its databases since it started: `npm run bench` divides it by what was asked of it. */
export const databaseWork = {
  /** Statements that were run, without BEGIN, COMMIT and savepoints. */
  statements: 0,
  /** Transactions that wrote and were brought to disk. */
  commits: 0,
};
