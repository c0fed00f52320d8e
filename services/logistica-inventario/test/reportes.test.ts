import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { tareaOf } from '../../../worker/test/support.ts';
import type { Reporte } from '@medisupply/shared/contracts/logistica/reportes';
import { generarReporte } from '@medisupply/shared/tasks/logistica';
import { toCsv } from '../src/reportes/reporte-csv.ts';
import { generar, periodOf } from '../src/reportes/reporte.ts';
import { call, confirm, createEntrega, signedBody } from './support.ts';

let platform: Platform;
let admin: string;
let user: string;

beforeAll(async () => {
  platform = await startPlatform({ worker: true });
  admin = platform.token({ id: 1, roles: ['Admin'] });
  user = platform.token({ id: 7 });
});

afterAll(() => platform.close());

test('when a report is generated, then its figures are those of the database, and it can be downloaded', async () => {
  const { body: producto } = await call(platform, 'POST', '/inventario', {
    as: admin,
    body: { sku: 'GASA', nombre: '=Gasas, "estériles"', stock: 9 },
  });
  const delivered = await createEntrega(platform, 7, { items: [{ producto_id: producto.id, cantidad: 2 }] });
  const body = await signedBody(platform, delivered, 7);
  const accepted = await call(platform, 'POST', `/entrega/${delivered}/confirmar`, { as: user, body });
  await until(async () => (await tareaOf(platform, accepted.body.task_id)).estado === 'SUCCESS');
  const open = await createEntrega(platform, 7);
  const forged = { ...(await signedBody(platform, open, 7)), nombre_recibe: 'Otra persona' };
  expect(
    (await call(platform, 'POST', `/entrega/${open}/confirmar`, { as: user, body: forged })).status,
  ).toBe(403);

  const day = new Date().toISOString().slice(0, 10);
  const { unitOfWork } = platform.logistica.container.database;
  const counted = {
    tipo: 'firma_rechazada',
    momento: Date.now(),
    datos: { usuario_id: 7, cantidad: 4 },
  } as const;
  await unitOfWork.write((tx) => insertEventos(tx, [counted]));
  const { status, body: task } = await call(platform, 'POST', '/tareas', {
    as: admin,
    body: { tipo: 'generar_reporte', fecha_inicio: day, fecha_fin: day },
  });
  expect(status).toBe(202);
  const path = `/reportes/${task.task_id}.csv`;
  await until(async () => (await tareaOf(platform, task.task_id)).estado === 'SUCCESS');
  const { body: detail } = await call(platform, 'GET', `/tareas/${task.task_id}`, { as: admin });
  expect(detail.result).toMatchObject({
    periodo: { desde: `${day}T00:00:00.000Z` },
    entregas: {
      total: 2,
      por_estado: { ENTREGADA: 1, EN_CAMINO: 1 },
      por_dia: [
        { dia: day, estado: 'EN_CAMINO', cantidad: 1 },
        { dia: day, estado: 'ENTREGADA', cantidad: 1 },
      ],
    },
    confirmaciones: {
      aceptadas: 1,
      aplicadas: 1,
      rechazadas: 0,
      muertas: 0,
      con_reintentos: 0,
      reintentos: 0,
    },
    firmas_rechazadas: 5,
    productos: [{ producto_id: producto.id, sku: 'GASA', unidades: 2, entregas: 1 }],
  });
  expect(detail.result.confirmaciones.latencia_ms.p50).toBeGreaterThan(0);

  const csv = await fetch(platform.logistica.url + path, { headers: { authorization: `Bearer ${admin}` } });
  expect(csv.headers.get('content-type')).toContain('text/csv');
  const text = await csv.text();
  expect(text).toContain(`entregas,${day},ENTREGADA,1\r\n`);
  expect(text).toContain(`productos,GASA,"'=Gasas, ""estériles""",2\r\n`);
  expect((await call(platform, 'GET', path, { as: user })).status).toBe(404);
  expect((await call(platform, 'GET', path)).status).toBe(401);
});

test('when a task is no report, or not ready, then its CSV is 404 or 409', async () => {
  const { body } = await confirm(platform, 1);
  expect((await call(platform, 'GET', `/reportes/${body.task_id}.csv`, { as: admin })).status).toBe(404);
  expect((await call(platform, 'GET', '/reportes/nada.csv', { as: admin })).status).toBe(404);
});

test.each([
  { fecha_inicio: 'ayer' },
  { fecha_inicio: '2026-02-30' },
  { fecha_inicio: '2026-03-01', fecha_fin: '2026-02-01' },
  { fecha_inicio: '2026-03-01T10:00:00Z', fecha_fin: '2026-03-01T08:00:00Z' },
  { fecha_inicio: '2026-03-02', fecha_fin: '2026-03-01T23:59:59Z' },
  { fecha_inicio: '2026-03-02', fecha_fin: '2026-03-01' },
  { fecha_inicio: 5 },
  { desde: '2026-01-01' },
])('when the period is bad (%j), then 400', async (params) => {
  const answer = await call(platform, 'POST', '/tareas', {
    as: admin,
    body: { tipo: 'generar_reporte', ...params },
  });
  expect(answer.status).toBe(400);
});

test.each([
  ['2026-03-01T10:00:00Z', '2026-03-01'],
  ['2026-03-01', '2026-03-01T08:00:00Z'],
  ['2026-03-01', '2026-03-01'],
  ['2026-03-01T08:00:00Z', '2026-03-01T10:00:00Z'],
])('when the period lies within one day (%s – %s), then it is taken', (fecha_inicio, fecha_fin) => {
  expect(generarReporte.params.safeParse({ fecha_inicio, fecha_fin }).success).toBe(true);
});

test('when a period is given by days, then both are included; without one it is the last 30 days', () => {
  const now = Date.parse('2026-05-31T12:00:00Z');
  expect(periodOf({ fecha_inicio: '2026-05-01', fecha_fin: '2026-05-02' }, now)).toEqual({
    since: Date.parse('2026-05-01T00:00:00Z'),
    until: Date.parse('2026-05-03T00:00:00Z'),
  });
  expect(periodOf({}, now)).toEqual({ since: Date.parse('2026-05-01T12:00:00Z'), until: now });
});

test('when nothing happened in the period, then every figure is zero and no latency is made up', async () => {
  const period = periodOf({ fecha_inicio: '2001-01-01', fecha_fin: '2001-01-31' }, Date.now());
  const run = { signal: new AbortController().signal, progress: () => Promise.resolve() };
  const reporte = await generar(platform.logistica.container.database.read, period, run);
  expect(reporte).toMatchObject({
    entregas: { total: 0, por_dia: [] },
    confirmaciones: { aceptadas: 0, latencia_ms: null },
  });
  expect(toCsv(reporte)).toContain('entregas,total,,0');
});

test.for([
  ['=1+1', "'=1+1"],
  ['-3 °C', "'-3 °C"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['  +1', "  '+1"],
  ['\t=1+1', `"'\t'=1+1"`],
  ['gasas;=1+1', `"gasas;'=1+1"`],
  ['gasas\t@A1', `"gasas\t'@A1"`],
  ['gasas\n-1+1', `"gasas\n'-1+1"`],
  ['gasas\r\n=1', `"gasas\r\n'=1"`],
  ['gasas|=1', `"gasas|'=1"`],
  ['＝1+1', "'＝1+1"],
  ['x;＋1', `"x;'＋1"`],
  ['－1', "'－1"],
  ['＠A1', "'＠A1"],
  ['a-b = c', 'a-b = c'],
  ['2+2', '2+2'],
])('when a product is called %j, then no spreadsheet takes it for a formula', ([nombre, cell]) => {
  const reporte: Reporte = {
    periodo: { desde: '2026-01-01T00:00:00.000Z', hasta: '2026-01-02T00:00:00.000Z' },
    entregas: { total: 0, por_estado: {}, por_dia: [] },
    confirmaciones: {
      aceptadas: 0,
      aplicadas: 0,
      rechazadas: 0,
      muertas: 0,
      con_reintentos: 0,
      reintentos: 0,
      latencia_ms: null,
    },
    firmas_rechazadas: 0,
    productos: [{ producto_id: 1, sku: 'S', nombre: nombre!, unidades: 1, entregas: 1 }],
  };
  expect(toCsv(reporte)).toContain(`\r\nproductos,S,${cell},1\r\n`);
});
