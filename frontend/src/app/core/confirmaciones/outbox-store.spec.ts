import * as fakeIndexedDb from 'fake-indexeddb';
import { openDB } from 'idb';
import { addBrowserStorage } from '../../../testing/browser-storage';
import { outboxStore } from './outbox-store';

beforeAll(addBrowserStorage);
afterEach(() => vi.restoreAllMocks());

async function endConnection(): Promise<void> {
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
  await outboxStore.listOf(1);
  fakeIndexedDb.forceCloseDatabase(transaction.mock.contexts[0] as never);
}

test('when the browser ends the connection, then another one is opened', async () => {
  await endConnection();
  await expect.poll(() => outboxStore.listOf(1)).toEqual([]);
});

test('when the database cannot be opened, then the next attempt opens it anew', async () => {
  await endConnection();
  (await openDB('newer', 2)).close();
  const open = indexedDB.open.bind(indexedDB);
  const opening = vi.spyOn(indexedDB, 'open').mockImplementationOnce(() => open('newer', 1));
  await expect.poll(() => outboxStore.listOf(1).then(undefined, String)).toContain('VersionError');
  expect(await outboxStore.listOf(1)).toEqual([]);
  expect(opening).toHaveBeenCalledTimes(2);
});
