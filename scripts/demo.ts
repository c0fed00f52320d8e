/** `npm run demo`: the main job through the gateway, as a person's client would do it, and two forgeries that must fail. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import type { Confirmation } from '@medisupply/api-client/forgeries';
import { FORGERIES } from '@medisupply/api-client/forgeries';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = 'Uso: npm run demo [-- --base http://localhost:8080]';
const REQUEST_DEADLINE = 15_000;
const APPLIED_DEADLINE = 30_000;
const POLL_MS = 20;

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** What a delivery says; exactly these fields are signed. */
interface Delivery extends Omit<Confirmation, 'firma_payload'> {
  entrega_id: number;
}

let token: string | undefined;
const base = baseAddress();

async function main(): Promise<void> {
  const startedAt = performance.now();
  await assertRunning();
  const nombre = newName();
  const contrasena = newPassword();

  await step(`Crear el usuario ${nombre}`, async () => {
    await expectAnswer(201, 'POST', '/autorizador/signup', { nombre, contrasena });
  });
  await step('Iniciar sesión', async () => {
    const { body } = await expectAnswer(200, 'POST', '/autorizador/login', { nombre, contrasena });
    token = text(body, 'token');
  });

  const entrega = await step('Crear una entrega', createDelivery);
  await step('Comprobar que otra cuenta no la ve ni la toma', () => assertHidden(entrega));
  const confirmacion = await step('Firmar lo que se entrega', () => sign(entrega));
  const taskId = await step('Confirmar la entrega', async () => {
    const { body } = await confirm(entrega, confirmacion, 202);
    return text(body, 'task_id');
  });
  await step('Esperar a que el trabajador la aplique', () => waitUntilApplied(taskId));
  await step('Leerla descifrada y comparar', () => compare(entrega));

  const otra = await createDelivery();
  const buena = await sign(otra);
  await step('Rechazar una entrega alterada después de firmar (403)', async () => {
    await confirm(otra, FORGERIES.nombre(buena), 403);
  });
  await step('Rechazar una firma alterada (403)', async () => {
    await confirm(otra, FORGERIES.firma(buena), 403);
  });
  await step('Comprobar que lo rechazado no cambió nada', async () => {
    const { body } = await expectAnswer(200, 'GET', `/logistica/entrega/${otra.entrega_id}`);
    if (body['estado'] !== 'EN_CAMINO') throw new UserError(`la entrega quedó en ${String(body['estado'])}`);
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).replace('.', ',');
  process.stdout.write(
    `Todo bien: una entrega confirmada y dos falsificaciones rechazadas en ${seconds} s\n`,
  );
}

const newName = () => `demo-${randomBytes(4).toString('hex')}`;
const newPassword = () => randomBytes(12).toString('base64url');

/** Nobody carries it: its creator may confirm it, and couriers claim it. A new account is no courier. */
async function assertHidden({ entrega_id }: Delivery): Promise<void> {
  const own = token;
  const account = { nombre: newName(), contrasena: newPassword() };
  const { body } = await expectAnswer(201, 'POST', '/autorizador/signup', account);
  token = text(body, 'token');
  await expectAnswer(404, 'GET', `/logistica/entrega/${entrega_id}`);
  await expectAnswer(403, 'POST', `/logistica/entregas/${entrega_id}/tomar`);
  token = own;
}

async function createDelivery(): Promise<Delivery> {
  const pedidoId = `PED-${randomBytes(4).toString('hex').toUpperCase()}`;
  const direccion = 'Calle 93 # 11-27, Bogotá';
  const { body } = await expectAnswer(201, 'POST', '/logistica/entregas', {
    direccion,
    estado: 'EN_CAMINO',
    pedido_id: pedidoId,
  });
  if (typeof body['id'] !== 'number') throw new UserError('la entrega creada no trae un id');
  if (body['direccion'] === direccion) throw new UserError('la dirección se guardó sin cifrar');
  return {
    direccion,
    nombre_recibe: 'Lucía Peña Niño',
    firma_recibe: `data:image/png;base64,${randomBytes(300).toString('base64')}`,
    pedido_id: pedidoId,
    entrega_id: body['id'],
  };
}

async function sign(entrega: Delivery): Promise<Confirmation> {
  const { body } = await expectAnswer(200, 'POST', '/autorizador/sign-data', { payload: entrega });
  const { entrega_id: _id, ...fields } = entrega;
  return { ...fields, firma_payload: text(body, 'firma') };
}

const confirm = ({ entrega_id }: Delivery, confirmacion: Confirmation, expected: number): Promise<Answer> =>
  expectAnswer(expected, 'POST', `/logistica/entrega/${entrega_id}/confirmar`, confirmacion);

async function waitUntilApplied(taskId: string): Promise<void> {
  const giveUp = performance.now() + APPLIED_DEADLINE;
  for (;;) {
    const { body } = await expectAnswer(200, 'GET', `/logistica/tareas/${taskId}`);
    if (body['status'] === 'SUCCESS') return;
    if (body['ready'] === true)
      throw new UserError(`la tarea terminó en ${String(body['status'])}: ${String(body['error'])}`);
    if (performance.now() > giveUp)
      throw new UserError(`la tarea ${taskId} sigue en ${String(body['status'])}`);
    await delay(POLL_MS);
  }
}

async function compare(entrega: Delivery): Promise<void> {
  const { body } = await expectAnswer(200, 'GET', `/logistica/entrega/${entrega.entrega_id}`);
  const { entrega_id: _id, ...expected } = { ...entrega, estado: 'ENTREGADA' };
  const different = Object.entries(expected).filter(([field, value]) => body[field] !== value);
  if (different.length > 0)
    throw new UserError(`no coincide: ${different.map(([field]) => field).join(', ')}`);
}

async function expectAnswer(status: number, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await ask(`${base}/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_DEADLINE),
  });
  const answer = asRecord(await response.json().catch(() => undefined));
  if (response.status === status) return { status, body: answer };
  const detail = typeof answer['detail'] === 'string' ? `: ${answer['detail']}` : '';
  throw new UserError(
    `${method} /api/v1${path} respondió ${response.status} y se esperaba ${status}${detail}`,
  );
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new UserError(error.message, { cause: error });
    throw error;
  }
}

function text(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  if (typeof value !== 'string' || value === '') throw new UserError(`la respuesta no trae ${field}`);
  return value;
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

/** Does one thing, and says in a line whether it went well and how long it took. */
async function step<T>(title: string, act: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const line = (mark: string) =>
    `${mark} ${title.padEnd(54)} ${String(Math.round(performance.now() - startedAt)).padStart(6)} ms`;
  try {
    const result = await act();
    process.stdout.write(`${line(styleText('green', '✓'))}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`${line(styleText('red', '✗'))}\n`);
    throw error;
  }
}

async function assertRunning(): Promise<void> {
  const response = await fetch(`${base}/health`, { signal: AbortSignal.timeout(REQUEST_DEADLINE) }).catch(
    () => undefined,
  );
  const body = asRecord(await response?.json().catch(() => undefined));
  if (body['status'] === 'healthy') return;
  throw new UserError(
    `La plataforma no responde en ${base}.\nArránquela en otra terminal con: npm start\nSi está en otra dirección: npm run demo -- --base http://localhost:PUERTO`,
  );
}

function baseAddress(): string {
  const envFile = fileURLToPath(new URL('../.env', import.meta.url));
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  try {
    const { values } = parseArgs({ options: { base: { type: 'string' } } });
    const address = values.base ?? `http://localhost:${process.env['GATEWAY_PORT'] || 8080}`;
    return new URL(address).href.replace(/\/+$/, '');
  } catch {
    process.stderr.write(`No se entiende «${process.argv.slice(2).join(' ')}».\n${USAGE}\n`);
    return process.exit(1);
  }
}

await runCommand(main);
