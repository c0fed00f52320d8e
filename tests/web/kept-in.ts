import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

interface Kept {
  /** Every row of every database, binary values as text. */
  rows: string[];
  /** The addresses of what the caches hold. */
  cached: string[];
  settings: string[];
}

/** All that the pages of this origin have stored. A string: this code runs in the page. */
export const everythingKeptIn = (page: Page): Promise<Kept> =>
  page.evaluate<Kept>(`(async () => {
    const asked = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const asText = (value) => JSON.stringify(value, (key, inner) =>
      inner instanceof ArrayBuffer || ArrayBuffer.isView(inner)
        ? new TextDecoder('latin1').decode(inner) + new TextDecoder().decode(inner) : inner);
    const rows = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const all = await asked(database.transaction(store).objectStore(store).getAll());
        rows.push(...all.map((row) => name + ' ' + store + ' ' + asText(row)));
      }
      database.close();
    }
    const cached = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        cached.push(request.url);
        if (name.includes(':db:')) rows.push(name + ' ' + await (await cache.match(request)).text());
      }
    }
    const settings = [localStorage, sessionStorage].flatMap((storage) => Object.entries(storage).map(String));
    return { rows, cached, settings };
  })()`);

/** The files of a browser's profile in which one of the texts stands as it is, in UTF-8 or UTF-16. */
export function filesWith(profile: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')]);
  return readdirSync(profile, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(profile, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    const contents = readFileSync(path);
    return needles.some((needle) => contents.includes(needle));
  });
}
