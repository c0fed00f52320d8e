/** What the parts can do, in one process each; every one is measured once in a run. */
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import type { LoadRequest } from './load/load.ts';
import { measure } from './measure.ts';
import type { Level } from './parts/levels.ts';
import { startRedis } from './redis.ts';
import type { Result } from './result.ts';
import { partOf, resultOf } from './result.ts';
import type { Subject } from './subject.ts';
import { BENCH_USER, sampleFields } from './subject.ts';

export const CEILINGS = {
  bare: 'Express solo',
  body: 'Express, cuerpo y validación',
  verify: 'Express, cuerpo, token y firma',
  accept: 'Express, firma, commit en grupo y BullMQ',
  create: 'Express, token y commit en grupo',
  sign: 'Express, token y firmar',
  read: 'Express, token y una fila',
  page: 'Express, token y 20 filas',
  status: 'Express, los mismos bytes',
  password: 'una contraseña (argon2)',
  each: 'SQLite, un commit por fila',
  grouped: 'SQLite, un commit cada 32 filas',
  drain: 'BullMQ, tareas vacías',
} as const;
export type Ceiling = keyof typeof CEILINGS;

const CONNECTIONS = 32;
/** Jobs for each second that a measurement lasts. */
const DRAINED = 2_000;

export interface Ceilings {
  /** Measures it, unless that has been done. */
  measure(ceiling: Ceiling): Promise<void>;
}

export function createCeilings(
  subject: Subject,
  generator: Child,
  { seconds, report }: { seconds: number; report: (result: Result) => void },
): Ceilings {
  const done = new Set<Ceiling>();

  async function measureHttp(
    level: Level,
    requests: LoadRequest[],
    expected: number,
    answer?: string,
  ): Promise<void> {
    const redis = level === 'accept' ? await startRedis() : undefined;
    const server = await startChild('parts/http-server.ts', [
      level,
      subject.jwksFile,
      ...(redis ? [String(redis.port)] : []),
      ...(answer === undefined ? [] : [answer]),
    ]);
    try {
      const origin = `http://127.0.0.1:${(server.ready as { port: number }).port}`;
      const load = { origin, requests, connections: CONNECTIONS };
      const pids = new Map([['servicio', server.pid], ...(redis ? [['redis', redis.pid] as const] : [])]);
      await measure(generator, { ...load, seconds: seconds / 5 }, pids, { expected });
      report(
        resultOf(
          'techos',
          CEILINGS[level],
          await measure(generator, { ...load, seconds }, pids, { expected }),
        ),
      );
    } finally {
      await server.close();
      await redis?.close();
    }
  }

  async function get(path: string): Promise<LoadRequest[]> {
    return [{ method: 'GET', path, headers: await subject.headers() }];
  }

  let confirming: Promise<LoadRequest[]> | undefined;
  const confirmations = () => (confirming ??= subject.confirmations(500));

  const ways: Record<Ceiling, () => Promise<void>> = {
    bare: async () => measureHttp('bare', await get('/health'), 200),
    body: async () => measureHttp('body', await confirmations(), 202),
    verify: async () => measureHttp('verify', await confirmations(), 202),
    accept: async () => measureHttp('accept', await confirmations(), 202),
    create: async () => measureHttp('create', await creations(subject), 201),
    sign: async () => measureHttp('sign', await signings(subject), 200),
    read: async () => measureHttp('read', await get('/entrega/1'), 200),
    page: async () => measureHttp('page', await get('/entregas'), 200),
    async status() {
      const [request] = await get('/monitor/status');
      const answer = await fetch(subject.at('monitor') + request!.path, { headers: request!.headers });
      await measureHttp('status', [request!], 200, await answer.text());
    },
    async password() {
      const part = await startChild('parts/password-check.ts', [BENCH_USER.contrasena]);
      report(partOf(CEILINGS.password, await part.ask(seconds)));
      await part.close();
    },
    each: () => measureCommits('each', 1),
    grouped: () => measureCommits('grouped', 32),
    async drain() {
      const redis = await startRedis();
      const part = await startChild('parts/drain.ts', [String(redis.port)]);
      report(partOf(CEILINGS.drain, await part.ask(Math.round(DRAINED * seconds))));
      await part.close();
      await redis.close();
    },
  };

  async function measureCommits(ceiling: 'each' | 'grouped', rows: number): Promise<void> {
    const part = await startChild('parts/sqlite-commits.ts');
    report(partOf(CEILINGS[ceiling], await part.ask({ rows, seconds: Math.min(2, seconds) })));
    await part.close();
  }

  return {
    async measure(ceiling) {
      if (done.has(ceiling)) return;
      done.add(ceiling);
      await ways[ceiling]();
    },
  };
}

const SAMPLES = 200;

export async function creations(subject: Subject): Promise<LoadRequest[]> {
  const headers = await subject.headers();
  return Array.from({ length: SAMPLES }, (_, n) => ({
    method: 'POST',
    path: '/entregas',
    headers,
    body: JSON.stringify({ ...sampleFields(n), estado: 'EN_CAMINO' }),
  }));
}

export async function signings(subject: Subject): Promise<LoadRequest[]> {
  const headers = await subject.headers();
  return Array.from({ length: SAMPLES }, (_, n) => ({
    method: 'POST',
    path: '/sign-data',
    headers,
    body: JSON.stringify({
      payload: {
        ...sampleFields(n),
        nombre_recibe: `Recibe ${n}`,
        firma_recibe: `<svg>${n}</svg>`,
        entrega_id: n + 1,
      },
    }),
  }));
}
