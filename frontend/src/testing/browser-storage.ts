import { webcrypto } from 'node:crypto';
import * as fakeIndexedDb from 'fake-indexeddb';

/** What jsdom has not: IndexedDB, and cryptography whose keys can be stored. */
export function addBrowserStorage(): void {
  Object.assign(globalThis, fakeIndexedDb);
  Object.defineProperty(globalThis, 'crypto', { configurable: true, value: webcrypto });
}
