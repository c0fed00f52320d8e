import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { PageOf } from './cursor-pages';
import { cursorPages } from './cursor-pages';

interface Asked {
  estado: string;
  cursor: string | undefined;
  signal: AbortSignal;
  answer: (page: PageOf<number>) => void;
  fail: (reason: Error) => void;
}

let asked: Asked[];
const estado = signal('');

function start() {
  asked = [];
  estado.set('NUEVA');
  const pages = TestBed.runInInjectionContext(() =>
    cursorPages(
      () => estado(),
      (query, page) =>
        new Promise<PageOf<number>>((answer, fail) => {
          asked.push({ estado: query, cursor: page.query.cursor, signal: page.signal, answer, fail });
        }),
    ),
  );
  TestBed.tick();
  return pages;
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test('when pages are asked for one after the other, then their rows follow each other', async () => {
  const pages = start();
  expect(pages.state()).toBe('loading');
  asked[0]?.answer({ data: [3, 2], next: 'c1' });
  await turn();
  expect([pages.state(), pages.rows(), pages.hasMore()]).toEqual(['ready', [3, 2], true]);
  pages.loadMore();
  pages.loadMore();
  expect([pages.state(), asked.map(({ cursor }) => cursor)]).toEqual(['loading-more', [undefined, 'c1']]);
  asked[1]?.answer({ data: [1], next: undefined });
  await turn();
  expect([pages.rows(), pages.hasMore()]).toEqual([[3, 2, 1], false]);
});

test('when the filter changes, then the answer to the old one is not shown', async () => {
  const pages = start();
  estado.set('ENTREGADA');
  TestBed.tick();
  expect(asked[0]?.signal.aborted).toBe(true);
  asked[1]?.answer({ data: [9], next: undefined });
  asked[0]?.answer({ data: [1], next: undefined });
  await turn();
  expect([asked[1]?.estado, pages.rows()]).toEqual(['ENTREGADA', [9]]);
});

test('when the next page fails, then the rows stay and it can be asked for again', async () => {
  const pages = start();
  asked[0]?.answer({ data: [3], next: 'c1' });
  await turn();
  pages.loadMore();
  asked[1]?.fail(new Error('no'));
  await turn();
  expect([pages.state(), pages.rows()]).toEqual(['failed', [3]]);
  pages.reload();
  expect(asked[2]?.cursor).toBe('c1');
});

test('when pages come empty but lead to others, then it goes on until there are rows', async () => {
  const pages = start();
  asked[0]?.answer({ data: [], next: 'c1' });
  await turn();
  asked[1]?.answer({ data: [], next: 'c2' });
  await turn();
  expect([pages.state(), pages.rows(), asked.map(({ cursor }) => cursor)]).toEqual([
    'loading',
    [],
    [undefined, 'c1', 'c2'],
  ]);
  asked[2]?.answer({ data: [3], next: undefined });
  await turn();
  expect([pages.state(), pages.rows(), pages.hasMore()]).toEqual(['ready', [3], false]);
});

test('when too many pages come empty, then it stops until more are asked for', async () => {
  const pages = start();
  const answerEmpty = async (from: number, to: number) => {
    for (let page = from; page < to; page += 1) {
      asked[page]?.answer({ data: [], next: `c${page + 1}` });
      await turn();
    }
  };
  await answerEmpty(0, 50);
  const { length } = asked;
  expect(length).toBeGreaterThan(2);
  expect(length).toBeLessThan(50);
  expect([pages.state(), pages.hasMore()]).toEqual(['ready', true]);
  pages.loadMore();
  await turn();
  expect(asked.at(-1)?.cursor).toBe(`c${length}`);
});

test('when an empty page leads to one that fails, then that one is asked for again', async () => {
  const pages = start();
  asked[0]?.answer({ data: [], next: 'c1' });
  await turn();
  asked[1]?.fail(new Error('no'));
  await turn();
  expect(pages.state()).toBe('failed');
  pages.reload();
  expect(asked[2]?.cursor).toBe('c1');
});

test('when the filter changes between empty pages, then the old ones are not asked for any more', async () => {
  const pages = start();
  estado.set('ENTREGADA');
  TestBed.tick();
  asked[0]?.answer({ data: [], next: 'c1' });
  await turn();
  asked[1]?.answer({ data: [9], next: undefined });
  await turn();
  expect([asked.length, pages.rows()]).toEqual([2, [9]]);
});

test('when a row is left out, then the others stay in their order', async () => {
  const pages = start();
  asked[0]?.answer({ data: [3, 2, 1], next: undefined });
  await turn();
  pages.update((row) => (row === 2 ? undefined : row * 10));
  expect(pages.rows()).toEqual([30, 10]);
});
