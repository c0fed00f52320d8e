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

export interface Courier {
  /** Creates, signs and confirms; resolves once it is acknowledged. */
  deliver(label: string): Promise<Acknowledged>;
  /** Answers other than 2xx and failed connections that were repeated. */
  repeated: number;
}

/** How long one call is repeated before the platform counts as gone (ms). */
const PATIENCE = 60_000;

/** @param base the gateway's address, without a slash at the end */
export async function createCourier(base: string, nombre: string): Promise<Courier> {
  async function repeatCall(path: string, body: unknown, bearer?: string): Promise<Record<string, unknown>> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const answer = await tryCall(path, body, bearer);
      if (answer.status < 300) return answer.body;
      const isTransient = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!isTransient || Date.now() > deadline) {
        throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      courier.repeated += 1;
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
        signal: AbortSignal.timeout(10_000),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    } catch (error) {
      return { status: 0, body: { error: String(error) } };
    }
  }

  const courier: Courier = {
    repeated: 0,
    async deliver(label) {
      const bearer = String(token);
      const fields = {
        direccion: `Calle ${label}`,
        nombre_recibe: `Recibe ${label}`,
        firma_recibe: `<svg>${label}</svg>`,
        pedido_id: `PED-${label}`,
      };
      const { id } = await repeatCall(
        '/logistica/entregas',
        { direccion: 'por confirmar', estado: 'EN_CAMINO', pedido_id: fields.pedido_id },
        bearer,
      );
      const entrega_id = Number(id);
      const { firma } = await repeatCall(
        '/autorizador/sign-data',
        { payload: { ...fields, entrega_id } },
        bearer,
      );
      const { task_id } = await repeatCall(
        `/logistica/entrega/${entrega_id}/confirmar`,
        { ...fields, firma_payload: firma },
        bearer,
      );
      return { entrega_id, task_id: String(task_id), ...fields };
    },
  };
  const { token } = await repeatCall('/autorizador/signup', { nombre, contrasena: `clave de ${nombre}` });
  return courier;
}

/** Delivers `count` times, `inFlight` at once. */
export async function deliverMany(
  courier: Courier,
  options: { count: number; inFlight: number; label: string; onAcknowledged?: (total: number) => void },
): Promise<Acknowledged[]> {
  const done: Acknowledged[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: options.inFlight }, async () => {
      while (next < options.count) {
        done.push(await courier.deliver(`${options.label}-${next++}`));
        options.onAcknowledged?.(done.length);
      }
    }),
  );
  return done;
}
