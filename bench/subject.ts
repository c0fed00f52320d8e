/** The platform that is measured: its own data and ports, started as it ships, and what a measurement needs of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOwnPlatform, WITHOUT_RATES } from '../scripts/testing/own-platform.ts';
import type { OwnPlatform } from '../scripts/testing/own-platform.ts';
import { until } from '@medisupply/shared/testing/until';
import type { LoadRequest } from './load/load.ts';
import { openRows } from './rows.ts';

export const BENCH_USER = { nombre: 'medida', contrasena: 'cuatro-tazas-sin-asa' };
/** A token is good for three times as long (ms). */
const SESSION = 300_000;
/** Made at once; signing is bounded per user. */
const AT_ONCE = 64;
const LONG = 120_000;
const WITH_DATABASE = ['autorizador', 'logistica-inventario', 'monitor', 'worker'];

export interface Subject {
  platform: OwnPlatform;
  jwksFile: string;
  /** `http://host:port` of a process. */
  at: (name: string) => string;
  /** Of a request with a body. */
  json: Record<string, string>;
  /** A logged-in user's, good for minutes. */
  headers(): Promise<Record<string, string>>;
  /** Sends JSON and reads the answer. @throws Error when it is refused */
  post<T>(url: string, headers: Record<string, string>, body: unknown): Promise<T>;
  /** Deliveries that were created and signed. */
  signed(count: number): Promise<SignedDelivery[]>;
  /** The same, as the requests that confirm them, each usable once. */
  confirmations(count: number): Promise<LoadRequest[]>;
  /** Statements and commits of each process so far. */
  databaseWork(): Promise<Record<string, DatabaseWork>>;
  /** Resolves when nothing that was accepted waits any more. */
  settled: (patience?: number) => Promise<void>;
  /** From received to applied, of the confirmations accepted since (ms). */
  appliedSince(moment: number): Promise<number[]>;
  newestId(): Promise<number>;
  close(): Promise<void>;
}

export interface SignedDelivery {
  id: number;
  data: { direccion: string; pedido_id: string; nombre_recibe: string; firma_recibe: string };
  firma: string;
}

export interface DatabaseWork {
  statements: number;
  commits: number;
}

/** `env` is added to that of every process. */
export async function startSubject(env: Record<string, string> = {}): Promise<Subject> {
  const platform = await startOwnPlatform({
    ...WITHOUT_RATES,
    STREAMS_PER_ADDRESS: '1000',
    CONFIRM_MAX_IN_FLIGHT: '1000',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    ...env,
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void platform.close().finally(() => process.exit(130)));
  const secrets = join(platform.dataDir, 'secrets');
  const metricsKey = readFileSync(join(secrets, 'metrics', 'service_key'), 'utf8').trim();
  const at = (name: string) => `http://127.0.0.1:${platform.ports[name]}`;
  const json = { 'Content-Type': 'application/json' };

  async function post<T>(url: string, headers: Record<string, string>, body: unknown): Promise<T> {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${url}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  await post(`${at('autorizador')}/signup`, {}, BENCH_USER);
  let session: { headers: Record<string, string>; since: number } | undefined;
  const headers = async () => {
    if (session && performance.now() - session.since < SESSION) return session.headers;
    const { token } = await post<{ token: string }>(`${at('autorizador')}/login`, {}, BENCH_USER);
    session = { headers: { ...json, Authorization: `Bearer ${token}` }, since: performance.now() };
    return session.headers;
  };
  const rows = openRows(platform.dataDir, env['DATABASE_URL']);

  let made = 0;

  /** A message stays until its task is done, and then goes: this is a look into a small table. */
  const isWaiting = async () =>
    (await rows.all("select 1 from outbox where nombre = 'logistica.procesar_entrega' limit 1")).length > 0;

  async function signed(count: number): Promise<SignedDelivery[]> {
    const caller = await headers();
    const deliveries: SignedDelivery[] = [];
    await inGroups(count, async () => {
      const fields = sampleFields((made += 1));
      const { id } = await post<{ id: number }>(`${at('logistica-inventario')}/entregas`, caller, {
        ...fields,
        estado: 'EN_CAMINO',
      });
      const data = { ...fields, nombre_recibe: `Recibe ${made}`, firma_recibe: `<svg>${made}</svg>` };
      const { firma } = await post<{ firma: string }>(`${at('autorizador')}/sign-data`, caller, {
        payload: { ...data, entrega_id: id },
      });
      deliveries.push({ id, data, firma });
    });
    return deliveries;
  }

  return {
    platform,
    jwksFile: join(secrets, 'logistica-inventario', 'jwks.json'),
    at,
    json,
    headers,
    post,
    signed,
    async confirmations(count) {
      const deliveries = await signed(count);
      const caller = await headers();
      return deliveries.map(({ id, data, firma }) => ({
        method: 'POST',
        path: `/entrega/${id}/confirmar`,
        headers: caller,
        body: JSON.stringify({ ...data, firma_payload: firma }),
      }));
    },
    async databaseWork() {
      const read = async (name: string): Promise<[string, DatabaseWork]> => {
        const answer = await fetch(`${at(name)}/metrics`, { headers: { 'i-api-key': metricsKey } });
        const text = await answer.text();
        const figure = (metric: string) =>
          Number(new RegExp(`^${metric}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
        return [
          name,
          {
            statements: figure('medisupply_db_statements_total'),
            commits: figure('medisupply_db_commits_total'),
          },
        ];
      };
      return Object.fromEntries(await Promise.all(WITH_DATABASE.map(read)));
    },
    settled: (patience = LONG) => until(async () => !(await isWaiting()), patience),
    async appliedSince(moment) {
      const applied = await rows.all<{ ms: number }>(
        `select a.momento - r.momento as ms from evento a join evento r on r.task_id = a.task_id and r.tipo = 'recibida'
         where a.tipo = 'aplicada' and r.momento >= ${moment}`,
      );
      return applied.map(({ ms }) => ms);
    },
    newestId: async () =>
      (await rows.all<{ id: number | null }>('select max(id) as id from entrega'))[0]?.id ?? 0,
    async close() {
      await rows.close();
      await platform.close();
    },
  };
}

export const sampleFields = (n: number) => ({
  direccion: `Calle ${n % 200} # ${n % 90}-${n % 70}, apartamento ${n}, Bogotá`,
  pedido_id: `PED-${n}`,
});

async function inGroups(count: number, make: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1;
        await make();
      }
    }),
  );
}
