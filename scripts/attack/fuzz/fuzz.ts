/** Runs the fuzz and judges what comes back: nobody gets what is not theirs, and nothing is taken that the documents refuse. */
import { randomBytes } from 'node:crypto';
import { SERVICES } from '@medisupply/shared/services';
import type { Case } from '../suite.ts';
import { worked } from '../attempt.ts';
import type { Person, Target } from '../target.ts';
import type { Answer } from '../wire.ts';
import { describe } from '../wire.ts';
import type { Operation } from './operations.ts';
import { FOR_SERVICES, readOperations } from './operations.ts';
import type { Fill, FuzzRequest, Written } from './requests.ts';
import { fuzzRequests, write } from './requests.ts';

const clase = 'fuzz';
const IN_FLIGHT = 8;
/** Ways in that are shown; the rest is counted. */
const SHOWN = 10;

const FRONT: readonly string[] = SERVICES.flatMap(({ gateway }) => gateway?.path ?? []);

/** What an answer must not tell, whoever asks. */
const LEAKS = /SQLITE_|SqliteError|node_modules|\bat .{1,80}\.(ts|js):\d+|\$argon2|PRIVATE KEY|\/secrets\//;

export interface FuzzOptions {
  count: number;
  seed: number;
}

export function fuzzCases({ count, seed }: FuzzOptions): Case[] {
  let promoted: Person | undefined;
  return [
    {
      clase,
      nombre: `${count} solicitudes a cada campo de cada operación`,
      async run(target) {
        const operations = await readOperations(target, FRONT);
        const fixture = await prepareFixture(target);
        promoted = fixture.person;
        const found = await runFuzz(target, fuzzRequests(operations, count, seed), fillWith(target, fixture));
        return summary(found);
      },
    },
    {
      clase,
      nombre: 'después, cada servicio sigue en pie y nadie tiene más de lo que tenía',
      async run(target) {
        for (const service of FRONT) worked(await target.call('GET', `/${service}/livez`), 200);
        const admins = (await everyUser(target)).filter(
          ({ id, nombre, roles }) => roles.join() !== 'usuario' && nombre !== 'admin' && id !== promoted?.id,
        );
        return admins.length === 0 ? undefined : `tienen más roles: ${JSON.stringify(admins).slice(0, 300)}`;
      },
    },
  ];
}

function summary(found: readonly string[]): string | undefined {
  if (found.length === 0) return undefined;
  return `${found.length} de ellas: ${found.slice(0, SHOWN).join('\n    ')}`;
}

/** @returns how each of them got in, those that did */
export async function runFuzz(
  target: Target,
  requests: readonly FuzzRequest[],
  fill: Fill,
): Promise<string[]> {
  const found: string[] = [];
  const waiting = requests.values();
  const worker = async () => {
    for (const request of waiting) {
      const how = await attempt(target, request, fill);
      if (how !== undefined) found.push(how);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return found;
}

async function attempt(target: Target, request: FuzzRequest, fill: Fill): Promise<string | undefined> {
  const { operation, who } = request;
  const written = write(request, fill);
  const token = who === 'nadie' ? undefined : target[who].token;
  const sent = {
    method: operation.method,
    url: `${target.base}/api/v1/${operation.service}${written.path}`,
    headers: [...written.headers, ...(token === undefined ? [] : ['authorization', `Bearer ${token}`])],
    body: written.body,
    // Failed logins close an address, and links are followed only so often from one; each comes from one of its own.
    ...(/^\/(login|seguimiento)/.test(operation.path) ? { from: someAddress() } : {}),
  };
  const answer = await target.wire.send(sent);
  const how = wayIn(request, written, answer);
  return how === undefined ? undefined : `${how} (${who}): ${describe(sent, answer)}`;
}

const someAddress = () => `127.${[...randomBytes(3)].map((byte) => 1 + (byte % 250)).join('.')}`;

function wayIn({ operation, who }: FuzzRequest, written: Written, answer: Answer): string | undefined {
  if (LEAKS.test(answer.text)) return 'dice lo que no debe';
  if (answer.status === 0 || answer.status >= 400) return undefined;
  if (!mayCall(operation, who)) return 'sin permiso';
  // One of a GET is ignored.
  if (operation.method !== 'GET' && written.path.includes('desconocido=') && hasQuery(operation))
    return 'parámetro desconocido';
  // A body of a GET has no meaning, and an empty one is none.
  if (written.body === undefined || written.body.length === 0 || operation.method === 'GET') return undefined;
  const value = asObject(written.body);
  if (value === undefined) return 'cuerpo que no es un objeto JSON';
  if (operation.body === undefined)
    return Object.keys(value).length === 0 ? undefined : 'cuerpo donde no lo hay';
  return operation.body.check.safeParse(value).success ? undefined : 'cuerpo que el documento no admite';
}

function mayCall({ roles }: Operation, who: FuzzRequest['who']): boolean {
  if (roles === undefined) return true;
  if (who === 'nadie' || roles === FOR_SERVICES) return false;
  return roles.length === 0 || who === 'admin' || roles.includes('usuario');
}

const hasQuery = ({ places }: Operation): boolean =>
  places.some(({ in: where, name }) => where === 'query' && name !== 'desconocido');

function asObject(body: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(
      typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body),
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

interface Fixture {
  person: Person;
  entregaId: number;
  productoId: number;
  taskId: string;
  firma: string;
  fields: Record<string, unknown>;
}

/** Something of everything, for good requests to name. */
async function prepareFixture(target: Target): Promise<Fixture> {
  const { admin, ana } = target;
  const sku = `SKU-${randomBytes(4).toString('hex')}`;
  const product = await target.call('POST', '/logistica/inventario', {
    as: admin,
    body: { sku, nombre: 'Guantes', stock: 100_000 },
  });
  const task = await target.call('POST', '/logistica/tareas', {
    as: admin,
    body: { tipo: 'ping_logistica' },
  });
  const entregaId = await target.newDelivery(ana);
  const { firma_payload: firma, ...fields } = await target.confirmation(admin, entregaId);
  return {
    person: await target.newPerson(),
    entregaId,
    productoId: worked(product, 201).json.id,
    taskId: worked(task, 202).json.task_id,
    firma,
    fields,
  };
}

/** Good requests: the documents' examples, with what exists here in the place of what they name. */
export function fillWith(target: Target, fixture: Fixture): Fill {
  const { person, entregaId, productoId, taskId, firma, fields } = fixture;
  let made = 0;
  const known = (operation: Operation): Record<string, unknown> => ({
    ...fields,
    nombre:
      operation.path === '/signup' ? `fuzz-${(made += 1)}-${randomBytes(4).toString('hex')}` : person.nombre,
    contrasena: person.contrasena,
    entrega_id: entregaId,
    producto_id: productoId,
    usuario_id: target.admin.id,
    task_id: taskId,
    sku: `FUZZ-${(made += 1)}`,
    firma,
    firma_payload: firma,
  });
  return (operation) => ({
    path: operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
      if (name === 'task_id') return taskId;
      if (operation.path.includes('/usuarios')) return String(person.id);
      return String(operation.path.includes('/inventario') ? productoId : entregaId);
    }),
    body: operation.body && renewed(operation.body.example, known(operation)),
  });
}

function renewed(example: Record<string, unknown>, known: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return [name, renewed(value as Record<string, unknown>, known)];
      return [name, known[name] ?? value];
    }),
  );
}

interface ListedUser {
  id: number;
  nombre: string;
  roles: string[];
}

async function everyUser(target: Target): Promise<ListedUser[]> {
  const users: ListedUser[] = [];
  let query = '?limite=200';
  while (query !== '') {
    const { json, headers } = worked(
      await target.call('GET', `/autorizador/usuarios${query}`, { as: target.admin }),
      200,
    );
    users.push(...(json as ListedUser[]));
    const next = /<[^>]*(\?[^>]*)>; rel="next"/.exec(String(headers.link))?.[1];
    query = next ?? '';
  }
  return users;
}
