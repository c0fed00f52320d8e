import { computed, DestroyRef, effect, inject, signal, untracked } from '@angular/core';

export interface PageOf<T> {
  data: T[];
  next: string | undefined;
}

/** A page may be empty and still lead to rows; after so many in a row the user decides whether to go on. */
const MOST_EMPTY = 10;

export type PagesState = 'loading' | 'ready' | 'loading-more' | 'failed';

export interface CursorPages<T> {
  rows: () => readonly T[];
  state: () => PagesState;
  /** Of the first page, or of the next one; the rows that were there stay. */
  error: () => unknown;
  hasMore: () => boolean;
  loadMore(): void;
  /** From the first page on; what is shown stays until the answer is there. */
  reload(): void;
  /** Replaces rows in place, for live changes; undefined leaves one out. */
  update(change: (row: T) => T | undefined): void;
}

/**
 * A list that the server pages by cursor. `query` is read as a signal: when it changes, the list begins anew.
 * Call it in an injection context:
 *
 *     pages = cursorPages(
 *       () => ({ estado: this.estado() }),
 *       (query, page) => this.#logistica.call('GET /entregas', { query: { ...query, ...page.query }, signal: page.signal }),
 *     );
 */
export function cursorPages<Q, T>(
  query: () => Q,
  load: (
    query: Q,
    page: { query: { limite: number; cursor?: string }; signal: AbortSignal },
  ) => Promise<PageOf<T>>,
  limite = 100,
): CursorPages<T> {
  const rows = signal<readonly T[]>([]);
  const state = signal<PagesState>('loading');
  const error = signal<unknown>(undefined);
  const next = signal<string | undefined>(undefined);
  let current = new AbortController();

  async function fetchPage(asked: Q, cursor: string | undefined): Promise<void> {
    current.abort();
    const { signal: abort } = (current = new AbortController());
    state.set(cursor === undefined ? 'loading' : 'loading-more');
    try {
      let from = cursor;
      for (let asks = 1; ; asks += 1) {
        const page = await load(asked, {
          query: { limite, ...(from === undefined ? {} : { cursor: from }) },
          signal: abort,
        });
        if (abort.aborted) return;
        rows.update((before) => (from === undefined ? page.data : [...before, ...page.data]));
        next.set((from = page.next));
        if (page.data.length > 0 || from === undefined || asks === MOST_EMPTY) break;
      }
      error.set(undefined);
      state.set('ready');
    } catch (reason) {
      if (abort.aborted) return;
      error.set(reason);
      state.set('failed');
    }
  }

  effect(() => {
    const asked = query();
    untracked(() => {
      rows.set([]);
      next.set(undefined);
      void fetchPage(asked, undefined);
    });
  });
  inject(DestroyRef).onDestroy(() => current.abort());

  return {
    rows: rows.asReadonly(),
    state: state.asReadonly(),
    error: error.asReadonly(),
    hasMore: computed(() => next() !== undefined),
    loadMore() {
      if (next() !== undefined && state() === 'ready') void fetchPage(untracked(query), next());
    },
    reload() {
      // A failed next page is asked for again; everything else begins at the first.
      void fetchPage(untracked(query), state() === 'failed' ? next() : undefined);
    },
    update: (change) => rows.update((before) => before.map(change).filter((row) => row !== undefined)),
  };
}
