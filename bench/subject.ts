/** The platform that is measured: its own data and ports, started as it ships, and what a measurement needs of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { startOwnPlatform, WITHOUT_RATES } from '../scripts/testing/own-platform.ts';
import type { OwnPlatform } from '../scripts/testing/own-platform.ts';
import { until } from '@medisupply/shared/testing/until';
import type { LoadRequest } from './load/load.ts';

const CONTRASENA = 'cuatro-tazas-sin-asa';
/** Made at once; signing is bounded per user. */
const AT_ONCE = 64;
const LONG = 120_000;

export interface Subject {
  platform: OwnPlatform;
  jwksFile: string;
  /** A logged-in user's. */
  headers: Record<string, string>;
  /** Deliveries that were created and signed, as the requests that confirm them, each usable once. */
  confirmations(count: number): Promise<LoadRequest[]>;
  creations(count: number): LoadRequest[];
  /** Statements and commits of each process so far. */
  databaseWork(): Promise<Record<string, DatabaseWork>>;
  /** Resolves when nothing that was accepted waits any more. */
  settled: () => Promise<void>;
  /** From received to applied, of the confirmations accepted since (ms). */
  appliedSince(moment: number): number[];
  newestId(): number;
}

export interface DatabaseWork {
  statements: number;
  commits: number;
}

export async function startSubject(): Promise<Subject> {
  const platform = await startOwnPlatform({
    ...WITHOUT_RATES,
    STREAMS_PER_ADDRESS: '1000',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  });
  const secrets = join(platform.dataDir, 'secrets');
  const metricsKey = readFileSync(join(secrets, 'metrics', 'service_key'), 'utf8').trim();
  const at = (name: string) => `http://127.0.0.1:${platform.ports[name]}`;
  const json = { 'Content-Type': 'application/json' };

  async function call<T>(url: string, headers: Record<string, string>, body: unknown): Promise<T> {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${url}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  const nombre = 'medida';
  await call(`${at('autorizador')}/signup`, {}, { nombre, contrasena: CONTRASENA });
  const { token } = await call<{ token: string }>(
    `${at('autorizador')}/login`,
    {},
    { nombre, contrasena: CONTRASENA },
  );
  const headers = { ...json, Authorization: `Bearer ${token}` };
  const db = new Database(databaseOf(platform.dataDir), { readonly: true });

  let made = 0;
  const fieldsOf = (n: number) => ({
    direccion: `Calle ${n % 200} # ${n % 90}-${n % 70}, apartamento ${n}, Bogotá`,
    pedido_id: `PED-${n}`,
  });

  const waiting = db.prepare(`select count(*) n from confirmacion where estado = 'ACEPTADA'`).pluck();
  const applied = db
    .prepare(
      `select a.momento - r.momento from evento a join evento r on r.task_id = a.task_id and r.tipo = 'recibida'
       where a.tipo = 'aplicada' and r.momento >= ?`,
    )
    .pluck();
  const newest = db.prepare('select max(id) from entrega').pluck();

  return {
    platform,
    jwksFile: join(secrets, 'logistica-inventario', 'jwks.json'),
    headers,
    async confirmations(count) {
      const requests: LoadRequest[] = [];
      await inGroups(count, async () => {
        const fields = fieldsOf((made += 1));
        const { id } = await call<{ id: number }>(`${at('logistica-inventario')}/entregas`, headers, {
          ...fields,
          estado: 'EN_CAMINO',
        });
        const data = { ...fields, nombre_recibe: `Recibe ${made}`, firma_recibe: `<svg>${made}</svg>` };
        const { firma } = await call<{ firma: string }>(`${at('autorizador')}/sign-data`, headers, {
          payload: { ...data, entrega_id: id },
        });
        requests.push({
          method: 'POST',
          path: `/entrega/${id}/confirmar`,
          headers,
          body: JSON.stringify({ ...data, firma_payload: firma }),
        });
      });
      return requests;
    },
    creations: (count) =>
      Array.from({ length: count }, () => ({
        method: 'POST',
        path: '/entregas',
        headers,
        body: JSON.stringify({ ...fieldsOf((made += 1)), estado: 'EN_CAMINO' }),
      })),
    async databaseWork() {
      const work: Record<string, DatabaseWork> = {};
      for (const name of ['autorizador', 'logistica-inventario', 'monitor', 'worker']) {
        const answer = await fetch(`${at(name)}/metrics`, { headers: { 'i-api-key': metricsKey } });
        const text = await answer.text();
        const figure = (metric: string) =>
          Number(new RegExp(`^${metric}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
        work[name] = {
          statements: figure('medisupply_db_statements_total'),
          commits: figure('medisupply_db_commits_total'),
        };
      }
      return work;
    },
    settled: () => until(() => waiting.get() === 0, LONG),
    appliedSince: (moment) => applied.all(moment) as number[],
    newestId: () => Number(newest.get()),
  };
}

const databaseOf = (dataDir: string): string => join(dataDir, 'logistica.db');

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
