/** The paths beside confirming, each under 32 connections, and right after it what its parts can do. */
import type { Ceiling } from './ceilings.ts';
import { CEILINGS, creations, signings } from './ceilings.ts';
import { perOperation, workAlone } from './database-work.ts';
import { measure } from './measure.ts';
import type { LoadRequest } from './load/load.ts';
import type { Result } from './result.ts';
import { resultOf } from './result.ts';
import type { Run } from './run.ts';
import { CONNECTIONS } from './run.ts';
import type { Subject } from './subject.ts';
import { BENCH_USER } from './subject.ts';

export interface Path {
  name: string;
  service: 'logistica-inventario' | 'autorizador' | 'monitor';
  requests: (subject: Subject) => Promise<LoadRequest[]>;
  expected: number;
  connections?: number;
  ceiling?: Ceiling;
}

export const READING = 'GET /entrega/:id';
const SAMPLES = 100;
/** A password keeps a core busy: more at once only wait. */
const LOGINS_AT_ONCE = 4;

export const get =
  (path: string) =>
  async (subject: Subject): Promise<LoadRequest[]> => [
    { method: 'GET', path, headers: await subject.headers() },
  ];

export const PATHS: Record<string, Path> = {
  salud: {
    name: 'GET /health',
    service: 'logistica-inventario',
    requests: get('/health'),
    expected: 200,
    ceiling: 'bare',
  },
  acceso: {
    name: 'POST /login',
    service: 'autorizador',
    requests: (subject) =>
      Promise.resolve(
        Array.from({ length: SAMPLES }, () => ({
          method: 'POST',
          path: '/login',
          headers: subject.json,
          body: JSON.stringify(BENCH_USER),
        })),
      ),
    expected: 200,
    connections: LOGINS_AT_ONCE,
    ceiling: 'password',
  },
  crear: {
    name: 'POST /entregas',
    service: 'logistica-inventario',
    requests: creations,
    expected: 201,
    ceiling: 'create',
  },
  firmar: {
    name: 'POST /sign-data',
    service: 'autorizador',
    requests: signings,
    expected: 200,
    ceiling: 'sign',
  },
  validar: {
    name: 'POST /validate-signature',
    service: 'autorizador',
    requests: validations,
    expected: 200,
    ceiling: 'verify',
  },
  entrega: {
    name: READING,
    service: 'logistica-inventario',
    requests: readings,
    expected: 200,
    ceiling: 'read',
  },
  entregas: {
    name: 'GET /entregas',
    service: 'logistica-inventario',
    requests: get('/entregas?limite=20'),
    expected: 200,
    ceiling: 'page',
  },
  tareas: {
    name: 'GET /tareas',
    service: 'logistica-inventario',
    requests: get('/tareas?limite=20'),
    expected: 200,
    ceiling: 'page',
  },
  estado: {
    name: 'GET /monitor/status',
    service: 'monitor',
    requests: get('/monitor/status'),
    expected: 200,
    ceiling: 'status',
  },
};

export async function measurePaths(run: Run): Promise<void> {
  for (const path of Object.values(PATHS)) {
    const result = await measurePath(run, path);
    const origin = run.subject.at(path.service);
    const alone = await workAlone(run.subject, origin, await repeated(path, run.subject));
    run.report({ ...result, alone });
    if (path.ceiling) await run.ceilings.measure(path.ceiling);
  }
}

export async function measurePath({ subject, generator, seconds }: Run, path: Path): Promise<Result> {
  const { name, service, expected, connections = CONNECTIONS, ceiling } = path;
  const load = { origin: subject.at(service), requests: await path.requests(subject), connections };
  const pids = subject.platform.pids();
  await measure(generator, { ...load, seconds: seconds / 5 }, pids, { expected });
  const before = await subject.databaseWork();
  const cost = await measure(generator, { ...load, seconds }, pids, { expected });
  const database = perOperation(before, await subject.databaseWork(), cost.operations);
  return {
    ...resultOf('plataforma', name, cost),
    database,
    ...(ceiling ? { ceiling: CEILINGS[ceiling] } : {}),
  };
}

async function repeated(path: Path, subject: Subject): Promise<LoadRequest[]> {
  const requests = await path.requests(subject);
  return Array.from({ length: SAMPLES }, (_, n) => requests[n % requests.length]!);
}

export async function readings(subject: Subject): Promise<LoadRequest[]> {
  const headers = await subject.headers();
  const deliveries = await subject.signed(SAMPLES);
  return deliveries.map(({ id }) => ({ method: 'GET', path: `/entrega/${id}`, headers }));
}

async function validations(subject: Subject): Promise<LoadRequest[]> {
  const headers = await subject.headers();
  const deliveries = await subject.signed(SAMPLES);
  return deliveries.map(({ id, data, firma }) => ({
    method: 'POST',
    path: '/validate-signature',
    headers,
    body: JSON.stringify({ payload: { ...data, entrega_id: id }, firma }),
  }));
}
