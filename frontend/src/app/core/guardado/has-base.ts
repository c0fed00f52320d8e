export const BASE = 'medisupply-cifrada';

/** Whether this browser keeps anything; what reads it is loaded only then. */
export const hasBase = async (): Promise<boolean> =>
  (await indexedDB.databases()).some(({ name }) => name === BASE);
