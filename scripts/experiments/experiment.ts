/** What the experiments share: a live platform, requirements with verdicts, and reports. */
import { randomBytes } from 'node:crypto';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { ApiError, createApiClient } from '@medisupply/api-client/api-client';

export interface ExperimentOptions {
  /** The gateway's address. */
  base: string;
  n: number;
  /** Started per second. */
  rate: number;
  dataDir: string;
  /** A file with the platform's log, if there is one. */
  logFile?: string;
  /** Where paridad leaves its table. */
  csvFile?: string;
  /** Of what happens by chance. */
  seed: number;
  /** Only these of resistencia's faults. */
  faults?: readonly string[];
  /** Resistencia's platform is on PostgreSQL. */
  postgres: boolean;
}

/** One thing that had to hold. */
export interface Requirement {
  name: string;
  /** What was required, in words. */
  expected: string;
  /** What was measured, in words. */
  measured: string;
  met: boolean;
}

export interface Outcome {
  experiment: string;
  started: string;
  seconds: number;
  conditions: Record<string, string | number>;
  requirements: Requirement[];
  table?: { columns: readonly string[]; rows: readonly (readonly (string | number)[])[] };
  /** Samples to draw, ms. */
  series: { name: string; values: number[]; limit?: number }[];
  /** What was looked at and could not be: never counted as met. */
  notes: string[];
}

export type Experiment = (options: ExperimentOptions) => Promise<Outcome>;

export interface User {
  api: ApiClient;
  nombre: string;
}

/** A new user with a session. @throws Error when the platform does not answer */
export async function newUser(base: string): Promise<User> {
  let token: string | undefined;
  const api = createApiClient({ base, token: () => token });
  const nombre = `experimento-${randomBytes(5).toString('hex')}`;
  try {
    const { data } = await api.call('autorizador', 'POST /signup', {
      body: { nombre, contrasena: randomBytes(16).toString('base64url') },
    });
    token = data.token;
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) {
      throw new Error(`La plataforma no responde en ${base}; arránquela con npm start`, { cause: error });
    }
    throw error;
  }
  return { api, nombre };
}

export interface Delivery {
  entrega_id: number;
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
  pedido_id: string;
}

export async function newDelivery(user: User, label: string): Promise<Delivery> {
  const fields = {
    direccion: `Calle ${label}`,
    nombre_recibe: `Recibe ${label}`,
    firma_recibe: `<svg>${label}</svg>`,
    pedido_id: `PED-${label}`.slice(0, 64),
  };
  const { data } = await user.api.call('logistica', 'POST /entregas', {
    body: { direccion: fields.direccion, estado: 'EN_CAMINO', pedido_id: fields.pedido_id },
  });
  return { entrega_id: data.id, ...fields };
}

export async function sign(user: User, delivery: Delivery): Promise<string> {
  const { data } = await user.api.call('autorizador', 'POST /sign-data', { body: { payload: delivery } });
  return data.firma;
}

/** Starts `count` runs, `rate` a second, whether or not earlier ones have ended. */
export async function atRate<T>(
  count: number,
  rate: number,
  run: (index: number) => Promise<T>,
): Promise<T[]> {
  const started = performance.now();
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const due = started + (index * 1_000) / rate - performance.now();
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      return run(index);
    }),
  );
}

export const share = (part: number, whole: number): string => `${part} de ${whole}`;
