/** Today's version takes over what the first one left, however it left it, and nothing is lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../fixtures/first-installation/client.ts';
import { callAs, callerOf, login } from '../fixtures/first-installation/client.ts';
import type { Confirmacion, Entrega, JsonObject, Producto } from '../fixtures/first-installation/expected.ts';
import { readExpected } from '../fixtures/first-installation/expected.ts';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, processesOf, runNpm } from '../launcher/launch.ts';
import { inspectDatabases, layOutDataDir, restoreBackup } from './first-installation.ts';

const SLOW = 120_000;
/** Less, so that it is told what did not come about. */
const POLLED = { timeout: 90_000, interval: 250 };

const expected = readExpected();
const waiting = expected.confirmaciones.filter((one) => one.waiting !== 'none');
const dead = expected.confirmaciones.filter((one) => one.becomes === 'FAILED_MAX_RETRIES');
const active = expected.users.filter((user) => user.activo);
const isFinal = (status: string) => ['SUCCESS', 'FAILURE', 'REVOKED'].includes(status);

describe.each([
  { from: 'the data folder', layOut: layOutDataDir, isRedisKept: true },
  { from: 'its backup', layOut: restoreBackup, isRedisKept: false },
])('the first installation, from $from', { timeout: SLOW }, ({ layOut, isRedisKept }) => {
  let folder: string;
  let dataDir: string;
  let base: string;
  let platform: Run | undefined;
  const calls = new Map<string, Call>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medisupply-upgrade-'));
    dataDir = layOut(folder);
    const ports = await freePorts();
    base = `http://127.0.0.1:${ports['GATEWAY_PORT']}/api/v1`;
    platform = runNpm(['start'], { ...ports, DATA_DIR: dataDir, LOG_LEVEL: 'error' });
    await platform.printed('MediSupply está listo');
    for (const { nombre, contrasena } of active) calls.set(nombre, await callAs(base, nombre, contrasena));
  }, SLOW);

  afterAll(async () => {
    platform?.child.kill('SIGTERM');
    await platform?.exit;
    for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
    await nothingLeft(dataDir);
    await rm(folder, { recursive: true, force: true });
  }, SLOW);

  const as = (nombre: string): Call => {
    const call = calls.get(nombre);
    if (!call) throw new Error(`${nombre} did not log in`);
    return call;
  };

  async function read<T = JsonObject>(path: string, nombre = 'admin'): Promise<T> {
    const { status, body, text } = await as(nombre)('GET', path);
    expect({ path, status, text }).toEqual({ path, status: 200, text });
    return body as T;
  }

  const entrega = (id: number) => read<Entrega>(`/logistica/entrega/${id}`);
  const tarea = (task_id: string) => read(`/logistica/tareas/${task_id}`);
  const becomes = (ids: readonly number[], estado: string) =>
    expect
      .poll(async () => Promise.all(ids.map(async (id) => [id, (await entrega(id)).estado])), POLLED)
      .toEqual(ids.map((id) => [id, estado]));
  const ends = (taskIds: readonly string[], status: string) =>
    expect
      .poll(async () => Promise.all(taskIds.map(async (id) => [id, (await tarea(id))['status']])), POLLED)
      .toEqual(taskIds.map((id) => [id, status]));

  async function enqueue(body: object): Promise<string> {
    const answer = await as('admin')('POST', '/logistica/tareas', { body });
    expect(answer.status).toBe(202);
    return String(answer.body['task_id']);
  }

  async function everyEntrega(): Promise<Entrega[]> {
    return Promise.all(expected.entregas.map(({ id }) => entrega(id)));
  }

  const held = (entregas: readonly Entrega[]) =>
    entregas
      .filter(({ estado }) => estado === 'CANCELADA')
      .flatMap(({ items }) => items.filter((item) => item.estado === 'RESERVADO'));

  test('when everybody logs in, then each one is who they were, and open sessions go on', async () => {
    const listed = await read<JsonObject[]>('/autorizador/usuarios?limite=200');
    for (const { id, nombre, contrasena, roles, activo, refresh_token } of expected.users) {
      expect((await login(base, nombre, contrasena)).status).toBe(activo ? 200 : 401);
      // Who could confirm what nobody had taken may still, as a courier (decision 060).
      const isCourier = activo && roles.includes('usuario') && !roles.includes('Mensajero');
      const today = isCourier ? [...roles, 'Mensajero'] : roles;
      expect(listed).toContainEqual(expect.objectContaining({ id, nombre, roles: today, activo }));
      if (refresh_token === undefined) continue;
      const body = { refresh_token };
      const renewed = await callerOf(base)('POST', '/autorizador/token/refresh', { body });
      expect(renewed).toMatchObject({ status: 200, body: { token: expect.any(String) } });
    }
  });

  test('when a queue was paused, then it still is if Redis is, and goes on when it is resumed', async () => {
    const { queue, tareas } = expected.paused;
    const { queues } = await read<{ queues: Record<string, { paused: boolean }> }>('/monitor/queue');
    expect(queues[queue]?.paused).toBe(isRedisKept);
    const resumed = runNpm(['run', '--silent', 'control', '--', 'resume', queue], { DATA_DIR: dataDir });
    expect((await resumed.exit).code).toBe(0);
    await ends(tareas, 'SUCCESS');
  });

  test('when confirmations waited, then each is applied once with its own data, and the forged one is refused', async () => {
    const forged = waiting.filter((one) => one.becomes === 'RECHAZADA');
    const genuine = waiting.filter((one) => one.becomes === 'ENTREGADA');
    expect(new Set(waiting.map((one) => one.waiting))).toEqual(
      new Set(['outbox', 'queue', 'altered', 'retry', 'delayed', 'started']),
    );
    await becomes(
      genuine.map((one) => one.entrega_id),
      'ENTREGADA',
    );
    await ends(
      genuine.map((one) => one.task_id),
      'SUCCESS',
    );
    await ends(
      forged.map((one) => one.task_id),
      'FAILURE',
    );
    for (const { entrega_id, usuario_id, task_id, datos } of genuine) {
      const before = expected.entregas.find(({ id }) => id === entrega_id);
      expect(await entrega(entrega_id)).toMatchObject({
        ...datos,
        integridad_firma: true,
        confirmada_por: usuario_id,
        task_id,
        historial: [
          ...(before?.historial ?? []),
          { estado: 'ENTREGADA', anterior: 'PENDING_SYSTEM_CONFIRMATION', task_id },
        ],
      });
    }
    for (const { entrega_id } of forged) {
      const [created] = (await entrega(entrega_id)).historial;
      expect(await entrega(entrega_id)).toMatchObject({
        estado: created?.['estado'],
        confirmada_por: null,
        nombre_recibe: null,
      });
    }
  });

  test('when deliveries are read, then those that had come to rest are as they were', async () => {
    const listed = await read<Entrega[]>('/logistica/entregas?limite=200');
    expect(listed.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
      expected.entregas.map(({ id }) => id),
    );
    for (const before of expected.entregas) {
      if (before.estado === 'PENDING_SYSTEM_CONFIRMATION') continue;
      // What cancelled ones hold has a test of its own.
      const { items, ...rest } = before;
      expect(await entrega(before.id)).toMatchObject(
        before.estado === 'CANCELADA' ? rest : { items, ...rest },
      );
    }
  });

  test('when an old confirmation is repeated, then it gets its stored answer', async () => {
    for (const one of expected.confirmaciones) {
      if (!calls.has(one.usuario)) continue;
      const body = { ...one.datos, firma_payload: one.firma };
      const again = await as(one.usuario)('POST', `/logistica/entrega/${one.entrega_id}/confirmar`, { body });
      expect(again).toMatchObject({ status: 202, body: one.respuesta });
    }
  });

  test('when old signatures are asked about, then their keys are still known', async () => {
    for (const one of expected.confirmaciones) {
      const payload = { ...one.datos, entrega_id: one.entrega_id, usuario_id: one.usuario_id };
      const body = { payload, firma: one.firma };
      const answer = await as('admin')('POST', '/autorizador/validate-signature', { body });
      const { firma_valida, motivo } = answer.body;
      // The genuine ones were valid for fifteen minutes.
      const verdicts =
        one.becomes === 'RECHAZADA' ? ['La firma no corresponde a los datos'] : [true, 'La firma expiró'];
      expect(verdicts).toContain(motivo ?? firma_valida);
    }
    expect(new Set(expected.confirmaciones.map((one) => kidOf(one))).size).toBe(3);
  });

  test('when a stored Idempotency-Key is used again, then nothing is created', async () => {
    const { usuario, key, body, respuesta } = expected.idempotent;
    const headers = { 'idempotency-key': key };
    const replayed = await as(usuario)('POST', '/logistica/entregas', { body, headers });
    expect(replayed).toMatchObject({ status: 201, body: respuesta });
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    const other = { ...body, direccion: 'Otra calle' };
    expect((await as(usuario)('POST', '/logistica/entregas', { body: other, headers })).status).toBe(422);
  });

  test('when tasks are asked for, then the ended ones answer as before, and the others end', async () => {
    const confirmed = new Set(expected.confirmaciones.map((one) => one.task_id));
    const open = expected.tareas.filter(({ task_id, status }) => !isFinal(status) && !confirmed.has(task_id));
    await ends(
      open.map(({ task_id }) => task_id),
      'SUCCESS',
    );
    for (const { task_id, name, status, result } of expected.tareas.filter((one) => isFinal(one.status))) {
      expect(await tarea(task_id)).toMatchObject({
        name,
        status,
        ...(result === undefined ? {} : { result }),
      });
    }
    const { task_id, csv } = expected.reporte;
    expect((await as('admin')('GET', `/logistica/reportes/${task_id}.csv`)).text).toBe(csv);
  });

  test('when notes and measures are asked for, then they are there', async () => {
    const { actividad } = await read<{ actividad: JsonObject[] }>('/monitor/actividad?limite=200');
    for (const descripcion of ['Turno iniciado', 'alterada en Redis', 'primera', 'segunda']) {
      expect(actividad.filter((one) => one['descripcion'] === descripcion)).toHaveLength(1);
    }
  });

  test('when stock is added up, then products hold what their ledgers and deliveries say', async () => {
    const entregas = await everyEntrega();
    for (const before of expected.productos) {
      const now = await read<Producto>(`/logistica/inventario/${before.id}`);
      const of = (estado: string, list: readonly Entrega[]) =>
        list
          .flatMap(({ items }) => items)
          .filter((item) => item.producto_id === before.id && item.estado === estado)
          .reduce((sum, item) => sum + item.cantidad, 0);
      const delivered = of('DEBITADO', entregas) - of('DEBITADO', expected.entregas);
      expect(now.stock).toBe(before.stock - delivered);
      expect(now.movimientos.reduce((sum, { cantidad }) => sum + Number(cantidad), 0)).toBe(now.stock);
      expect(now.reservado).toBe(of('RESERVADO', entregas));
    }
    for (const { entrega_id } of waiting.filter((one) => one.becomes === 'ENTREGADA')) {
      const { items } = await entrega(entrega_id);
      expect(items.filter(({ estado }) => estado !== 'DEBITADO')).toEqual([]);
    }
    const invariantes = await enqueue({ tipo: 'invariantes' });
    await ends([invariantes], 'SUCCESS');
    expect((await tarea(invariantes))['result']).toMatchObject({ correcto: true, problemas: [] });
  });

  // The first version took `CANCELADA` as a word for a new delivery, reserved its items, and never let them go.
  test('when deliveries were created as cancelled, then what they held is released', async () => {
    expect(held(expected.entregas)).toMatchObject([{ cantidad: 2 }, { cantidad: 5 }]);
    expect(held(await everyEntrega())).toEqual([]);
  });

  test('when a dead confirmation is re-driven, then it is applied; the other one stays dead', async () => {
    const [revived, left] = dead as [Confirmacion, Confirmacion];
    await ends([revived.task_id, left.task_id], 'FAILURE');
    await becomes([revived.entrega_id, left.entrega_id], 'FAILED_MAX_RETRIES');
    const answer = await as('admin')('POST', `/logistica/tareas/${revived.task_id}/reintentar`);
    expect(answer.status).toBe(202);
    await becomes([revived.entrega_id], 'ENTREGADA');
    expect(await entrega(revived.entrega_id)).toMatchObject({ ...revived.datos, integridad_firma: true });
    await becomes([left.entrega_id], 'FAILED_MAX_RETRIES');
  });

  test('when the databases are inspected, then they are sound and no table has lost rows', () => {
    const inspected = inspectDatabases(dataDir, Object.keys(expected.rows));
    for (const [name, tables] of Object.entries(expected.rows)) {
      expect(inspected[name]).toMatchObject({ integrity: 'ok', orphans: [] });
      for (const [table, count] of Object.entries(tables)) {
        // The outbox is there to be emptied.
        if (table === 'outbox') continue;
        expect.soft(inspected[name]?.rows[table], `${name}.${table}`).toBeGreaterThanOrEqual(count);
      }
    }
  });
});

/** Which key signed. */
function kidOf({ firma }: Confirmacion): unknown {
  const header = JSON.parse(Buffer.from(firma.split('.')[0] ?? '', 'base64url').toString()) as JsonObject;
  return header['kid'];
}
