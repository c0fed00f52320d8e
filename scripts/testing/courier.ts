/** A client that confirms deliveries the way the platform asks for: it repeats what failed, with the same signature. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Acknowledged {
  entrega_id: number;
  task_id: string;
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
  pedido_id: string;
}

/** A delivery that exists and is signed. */
export interface Prepared {
  delivery: Omit<Acknowledged, 'task_id'>;
  firma: string;
}

export interface Courier {
  /** Creates and signs. */
  prepare(label: string): Promise<Prepared>;
  /** Resolves once it is acknowledged. */
  confirm(prepared: Prepared): Promise<Acknowledged>;
  deliver(label: string): Promise<Acknowledged>;
  token: string;
  /** Answers other than 2xx and failed connections, all repeated. */
  failures: string[];
  /** Deliveries whose repeated confirmation was answered with another task than the first time. */
  otherTasks: number[];
}

/** Looked at for each request: they may change meanwhile. */
export interface CourierOptions {
  /** How long it waits for an answer (ms). */
  timeout?: number;
  /** Answers do not reach it: it confirms again. */
  losesAnswers?: boolean;
  /** A product of which every delivery carries one. */
  producto_id?: number;
}

/** How long one call is repeated before the platform counts as gone (ms). */
const PATIENCE = 60_000;

/** @param base the gateway's address, without a slash at the end */
export async function createCourier(
  base: string,
  nombre: string,
  options: CourierOptions = {},
): Promise<Courier> {
  const { producto_id } = options;
  const items = producto_id === undefined ? {} : { items: [{ producto_id, cantidad: 1 }] };

  async function repeatCall(path: string, body: unknown, bearer?: string): Promise<Record<string, unknown>> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const answer = await tryCall(path, body, bearer);
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      const isTransient = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!isTransient || Date.now() > deadline) {
        throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      courier.failures.push(
        `${path}: ${answer.status} ${JSON.stringify(answer.body['detail'] ?? answer.body['error'])}`,
      );
      await delay(100 + Math.random() * 200);
    }
  }

  async function tryCall(
    path: string,
    body: unknown,
    bearer?: string,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    try {
      const response = await fetch(`${base}/api/v1${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(options.timeout ?? 10_000),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    } catch (error) {
      return { status: 0, body: { error: String(error) } };
    }
  }

  const courier: Courier = {
    token: '',
    failures: [],
    otherTasks: [],
    async prepare(label) {
      const fields = {
        direccion: `Calle ${label}`,
        nombre_recibe: `Recibe ${label}`,
        firma_recibe: `<svg>${label}</svg>`,
        pedido_id: `PED-${label}`,
      };
      const { id } = await repeatCall(
        '/logistica/entregas',
        { direccion: 'por confirmar', estado: 'EN_CAMINO', pedido_id: fields.pedido_id, ...items },
        String(token),
      );
      const delivery = { ...fields, entrega_id: Number(id) };
      const { firma } = await repeatCall('/autorizador/sign-data', { payload: delivery }, String(token));
      return { delivery, firma: String(firma) };
    },
    async confirm({ delivery, firma }) {
      const { entrega_id, ...fields } = delivery;
      const send = () =>
        repeatCall(
          `/logistica/entrega/${entrega_id}/confirmar`,
          { ...fields, firma_payload: firma },
          String(token),
        );
      const { task_id } = await send();
      if (options.losesAnswers && (await send())['task_id'] !== task_id) courier.otherTasks.push(entrega_id);
      return { ...delivery, task_id: String(task_id) };
    },
    deliver: async (label) => courier.confirm(await courier.prepare(label)),
  };
  const { token } = await repeatCall('/autorizador/signup', { nombre, contrasena: `clave de ${nombre}` });
  courier.token = String(token);
  return courier;
}

/** Delivers `count` times, `inFlight` at once. */
export async function deliverMany(
  courier: Courier,
  options: { count: number; inFlight: number; label: string; onAcknowledged?: (total: number) => void },
): Promise<Acknowledged[]> {
  const done: Acknowledged[] = [];
  await inTurn(options.count, options.inFlight, async (n) => {
    done.push(await courier.deliver(`${options.label}-${n}`));
    options.onAcknowledged?.(done.length);
  });
  return done;
}

/** Runs `work` for 0 … count - 1, `inFlight` at once. */
export async function inTurn<T>(
  count: number,
  inFlight: number,
  work: (n: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < count) {
        const n = next++;
        results[n] = await work(n);
      }
    }),
  );
  return results;
}
