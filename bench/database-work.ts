/** Statements and commits per operation, over all processes. */
import type { LoadRequest } from './load/load.ts';
import type { DatabaseWork, Subject } from './subject.ts';

type Work = Readonly<Record<string, DatabaseWork>>;

const KINDS = ['statements', 'commits'] as const;
const TIMES = 21;
const QUIET = 3;
/** Something always moves; the most frequent figure is still the right one. */
const MAX_LOOKS = 50;

export function perOperation(before: Work, after: Work, operations: number): DatabaseWork {
  const { statements, commits } = between(before, after);
  return { statements: statements / operations, commits: commits / operations };
}

/**
 * What one operation costs when no other shares its commit. Timers of the platform work, too: each request is counted for
 * itself, until nothing moves any more, and the most frequent figure is the one of a request without them.
 */
export async function workAlone(
  subject: Subject,
  origin: string,
  requests: readonly LoadRequest[],
): Promise<DatabaseWork> {
  const looking = await costOfLooking(subject);
  const counted: DatabaseWork[] = [];
  for (const { method, path, headers, body } of requests.slice(0, TIMES)) {
    const before = (await quiet(subject, looking)).work;
    const answer = await fetch(origin + path, { method, headers, ...(body === undefined ? {} : { body }) });
    await answer.arrayBuffer();
    await subject.settled();
    const { work, looks } = await quiet(subject, looking);
    const { statements, commits } = between(before, work);
    counted.push({ statements: statements - looks * looking, commits });
  }
  return {
    statements: mostFrequent(counted.map((work) => work.statements)),
    commits: mostFrequent(counted.map((work) => work.commits)),
  };
}

/** Statements that reading the counters makes: `/metrics` tells of the outbox as well. */
async function costOfLooking(subject: Subject): Promise<number> {
  const seen: number[] = [];
  let work = await subject.databaseWork();
  for (let n = 0; n < TIMES; n += 1) {
    const now = await subject.databaseWork();
    seen.push(between(work, now).statements);
    work = now;
  }
  return mostFrequent(seen);
}

/** The counters once nothing but looking at them moves them, and how often that was done. */
async function quiet(subject: Subject, looking: number): Promise<{ work: Work; looks: number }> {
  let work = await subject.databaseWork();
  let looks = 1;
  for (let same = 0; same < QUIET && looks < MAX_LOOKS; looks += 1) {
    const now = await subject.databaseWork();
    const { statements, commits } = between(work, now);
    same = statements === looking && commits === 0 ? same + 1 : 0;
    work = now;
  }
  return { work, looks };
}

function between(before: Work, after: Work): DatabaseWork {
  const [statements = 0, commits = 0] = KINDS.map((kind) =>
    Object.entries(after).reduce((sum, [name, work]) => sum + work[kind] - (before[name]?.[kind] ?? 0), 0),
  );
  return { statements, commits };
}

export function mostFrequent(values: readonly number[]): number {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].toSorted(([a, n], [b, m]) => m - n || a - b)[0]?.[0] ?? 0;
}
