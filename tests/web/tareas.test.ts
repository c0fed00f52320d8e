import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '@medisupply/api-client/api-client';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { pidOf } from '../launcher/launch.ts';
import { PHONE, expectPresentable, ownPlatform, screenshot, useWeb } from './browser.ts';

const web = useWeb();
const { dataDir, ports } = ownPlatform();

const stateOf = (page: Page) => page.getByRole('status').locator('[data-state]');

/** The worker neither takes nor finishes anything meanwhile. */
async function whileWorkerStands(story: () => Promise<void>): Promise<void> {
  const worker = pidOf(dataDir, 'worker/src');
  process.kill(worker, 'SIGSTOP');
  try {
    await story();
  } finally {
    process.kill(worker, 'SIGCONT');
  }
}

/** As the worker does after a failed attempt; nobody else may. */
async function retryAsWorker(task: { entrega_id: number; task_id: string }, retry: number): Promise<void> {
  const key = await readFile(join(dataDir, 'secrets', 'worker', 'service_key'), 'utf8');
  const answer = await fetch(`http://127.0.0.1:${ports['LOGISTICA_PORT']}/tareas`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'i-api-key': key.trim() },
    body: JSON.stringify({ tipo: 'procesar_entrega', ...task, _retry_count: retry }),
  });
  expect(answer.status).toBe(202);
}

async function confirm(api: ApiClient): Promise<{ entrega_id: number; task_id: string }> {
  const delivery = { direccion: 'Calle 7', pedido_id: randomUUID() };
  const created = await api.call('logistica', 'POST /entregas', { body: { ...delivery, estado: 'EN_RUTA' } });
  const entrega_id = created.data.id;
  const payload = { ...delivery, nombre_recibe: 'Ana', firma_recibe: 'Ana', entrega_id };
  const signed = await api.call('autorizador', 'POST /sign-data', { body: { payload } });
  const { entrega_id: _, ...fields } = payload;
  const confirmed = await api.call('logistica', 'POST /entrega/:id/confirmar', {
    params: { id: entrega_id },
    body: { ...fields, firma_payload: signed.data.firma },
  });
  return { entrega_id, task_id: confirmed.data.task_id };
}

test('when an administrator runs a task, then its form says what is wrong, and its page shows it end, live', async () => {
  const page = await web.newPage({ as: web.admin });
  await page.goto('/tareas');
  await page.getByRole('link', { name: 'Nueva tarea' }).click();
  // The list that is left may have a task of that name as well.
  await page.getByRole('heading', { name: 'Nueva tarea', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Anotar actividad' }).waitFor();
  expect(await page.getByRole('main').getByRole('listitem').count()).toBe(8);
  await expectPresentable(page, 'tareas-nueva');

  await page.getByRole('link', { name: 'Validar inventario' }).click();
  await page.getByRole('heading', { name: 'Validar inventario' }).waitFor();
  await page.getByRole('button', { name: 'Ejecutar' }).click();
  await page.getByText('Hace falta un valor').first().waitFor();
  await page.goBack();

  await page.getByRole('link', { name: 'Anotar actividad' }).click();
  await page.getByRole('heading', { name: 'Anotar actividad' }).waitFor();
  await page.getByLabel('Datos').fill('{"turno": ');
  await page.getByRole('button', { name: 'Ejecutar' }).click();
  await page.locator('[aria-invalid=true]').waitFor();
  await expectPresentable(page, 'tareas-formulario');

  await page.getByLabel('Datos').fill('{"turno": "noche"}');
  await page.getByLabel('Tipo').fill('nota');
  await page.getByLabel('Descripción').fill('Turno iniciado');
  await page.getByRole('button', { name: 'Ejecutar' }).click();
  await page.waitForURL(/\/tareas\/[\da-f-]{36}$/);
  await stateOf(page).getByText('Terminada').waitFor();
  await page.getByText('Turno iniciado').waitFor();
  await page.getByText('Terminó bien').waitFor();
  await expectPresentable(page, 'tareas-tarea');
});

test('when tasks are run one after the other, then each has its form and shows its result', async () => {
  const runs = [
    ['Validar inventario', { Producto: '999999', Cantidad: '3' }, 'stock_disponible'],
    ['Ping a logística', {}, 'response_time_ms'],
    ['Revisar la plataforma', {}, 'bull-board'],
    ['Comprobar cuentas', {}, 'correcto'],
    ['Medir la plataforma', {}, 'valores'],
  ] as const;
  const page = await web.newPage({ as: web.admin });
  await page.goto('/tareas/nueva');
  for (const [task, values, expected] of runs) {
    await page.getByRole('link', { name: task }).click();
    for (const [label, value] of Object.entries(values)) await page.getByLabel(label).fill(value);
    await page.getByRole('button', { name: 'Ejecutar' }).click();
    await stateOf(page).getByText('Terminada').waitFor();
    await page.getByRole('main').getByText(expected).first().waitFor();
    await page.getByRole('link', { name: 'Tareas' }).last().click();
    await page.getByRole('link', { name: 'Nueva tarea' }).click();
  }
});

test('when a report is run, then its progress, figures, chart, table and file are there', async () => {
  const api = await web.api(web.admin);
  await confirm(api);
  const page = await web.newPage({ as: web.admin });
  await page.goto('/tareas');
  await page.getByRole('link', { name: 'Nuevo reporte' }).click();
  await page.getByLabel('Desde').fill('2026-05-02');
  await page.getByLabel('Hasta').fill('2026-05-01');
  await page.getByRole('button', { name: 'Ejecutar' }).click();
  // The server's own word, at the field that it names.
  await page.getByText('Debe ser posterior a fecha_inicio').waitFor();
  expect(await page.getByLabel('Hasta').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Desde').fill('');
  await page.getByLabel('Hasta').fill('');
  await whileWorkerStands(async () => {
    await page.getByRole('button', { name: 'Ejecutar' }).click();
    await page.getByRole('progressbar', { name: 'Progreso' }).waitFor();
    await page.getByText('0 %').waitFor();
  });
  await page.getByRole('heading', { name: 'Cifras del periodo' }).waitFor();
  await page.getByRole('img', { name: /Entregas creadas en el periodo/ }).waitFor();
  await expectPresentable(page, 'tareas-reporte');
  await screenshot(page, 'tareas-reporte-entero', { full: true });

  await page.getByRole('button', { name: /Ver como tabla/ }).click();
  const today = page.getByRole('region', { name: 'Entregas creadas en el periodo' }).getByRole('row').last();
  const [, created] = /(\d+)\D+\d+$/.exec(await today.innerText()) ?? [];
  expect(Number(created)).toBeGreaterThan(0);

  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Descargar CSV' }).click();
  const download = await downloading;
  const csv = await readFile(await download.path(), 'utf8');
  const taskId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const { data } = await api.call('logistica', 'GET /reportes/:task_id.csv', { params: { task_id: taskId } });
  expect([download.suggestedFilename(), csv]).toEqual([`reporte-${taskId}.csv`, `\uFEFF${data}`]);
  expect(csv).toContain('seccion,nombre,detalle,valor\r\n');
});

test('when a task waits, then an administrator cancels it, and the list shows it live', async () => {
  const api = await web.api(web.admin);
  const list = await web.newPage({ as: web.admin });
  const connected = list.waitForResponse('**/api/v1/monitor/eventos');
  await list.goto('/tareas?tipo=ping_logistica');
  await list.getByRole('table', { name: 'Tareas' }).waitFor();
  await connected;
  const page = await web.newPage({ as: web.admin });
  await whileWorkerStands(async () => {
    const { data } = await api.call('logistica', 'POST /tareas', { body: { tipo: 'ping_logistica' } });
    await list.locator(`a[href="/tareas/${data.task_id}"]`).waitFor();
    await page.goto(`/tareas/${data.task_id}`);
    await stateOf(page).getByText('En espera').waitFor();
    await page.getByRole('button', { name: 'Cancelar tarea' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancelar tarea' }).click();
    await stateOf(page).getByText('Cancelada').waitFor();
    expect(await page.getByRole('button', { name: 'Cancelar tarea' }).count()).toBe(0);
    const row = list.getByRole('row').filter({ has: list.locator(`a[href="/tareas/${data.task_id}"]`) });
    await row.getByText('Cancelada').waitFor();
  });
  await list.getByRole('combobox', { name: 'Estado' }).selectOption('Cancelada');
  await list.waitForURL(/estado=REVOKED/);
  await list.reload();
  await list.getByRole('row').filter({ hasText: 'Cancelada' }).first().waitFor();
  expect(await list.getByRole('row').filter({ hasText: 'Terminada' }).count()).toBe(0);
  await list.getByRole('combobox', { name: 'Estado' }).selectOption('Todos');
  await list.getByRole('combobox', { name: 'Tarea' }).selectOption('Todas');
  await list.getByRole('row').filter({ hasText: 'Procesar entrega' }).first().waitFor();
  await expectPresentable(list, 'tareas');

  // Who has scrolled reads on: what is new is offered, not pushed in.
  await list.setViewportSize(PHONE);
  await list.mouse.wheel(0, 600);
  await expect.poll(() => list.evaluate<number>('scrollY')).toBeGreaterThan(300);
  const { data } = await api.call('logistica', 'POST /tareas', { body: { tipo: 'ping_logistica' } });
  await list.getByRole('button', { name: /Tareas nuevas: \d/ }).click();
  await list.locator(`a[href="/tareas/${data.task_id}"]`).waitFor();
});

test('when a delivery ran out of retries, then an administrator re-drives it, and it is delivered', async () => {
  const api = await web.api(web.admin);
  const page = await web.newPage({ as: web.admin, viewport: PHONE });
  let delivery: number | undefined;
  await whileWorkerStands(async () => {
    const { task_id, entrega_id } = await confirm(api);
    delivery = entrega_id;
    await page.goto('/tareas/nueva?tipo=procesar_entrega');
    await page.getByLabel('Código de la confirmación').fill(task_id);
    await page.getByLabel('Entrega').fill(String(entrega_id));
    await page.getByLabel('Reintento').fill('1');
    await page.getByRole('button', { name: 'Ejecutar' }).click();
    await page.getByText('Solo el worker pide otro intento').waitFor();
    await retryAsWorker({ task_id, entrega_id }, 1);
    await page.goto(`/tareas/${task_id}`);
    await stateOf(page).getByText('Se reintentará').waitFor();
    for (let retry = 2; retry <= 4; retry += 1) await retryAsWorker({ task_id, entrega_id }, retry);
    await stateOf(page).getByText('Fallida').waitFor();
    await page.getByText('Sin éxito tras 3 reintentos').first().waitFor();
    await page.getByRole('button', { name: 'Reactivar tarea' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reactivar tarea' }).click();
    await page.getByText('Tarea reactivada.').waitFor();
  });
  await stateOf(page).getByText('Terminada').waitFor();
  await page.getByText('Entrega aplicada').waitFor();
  await page.getByRole('link', { name: `#${delivery}` }).waitFor();
});

test('when somebody without roles looks at tasks, then they see their own, and nothing that is not for them', async () => {
  const persona = await web.newPersona();
  const { task_id } = await confirm(await web.api(persona));
  const page = await web.newPage({ as: persona });
  await page.goto('/tareas');
  await page.locator(`a[href="/tareas/${task_id}"]`).waitFor();
  expect(await page.getByRole('link', { name: /Nuev/ }).count()).toBe(0);
  const code = page.getByRole('searchbox', { name: 'Ir a una tarea por su código' });
  await code.fill(task_id.slice(0, 8));
  await page.getByText('Pegue el código completo').waitFor();
  await code.fill(task_id);
  await page.waitForURL(`**/tareas/${task_id}`);
  await stateOf(page).getByText('Terminada').waitFor();
  expect(await page.getByRole('button', { name: /Cancelar|Reactivar/ }).count()).toBe(0);

  await page.goto('/tareas/nueva');
  await page.getByRole('heading', { name: 'No tiene permiso para ver esto' }).waitFor();
  const { data } = await (
    await web.api(web.admin)
  ).call('logistica', 'POST /tareas', { body: { tipo: 'ping_logistica' } });
  await page.goto(`/tareas/${data.task_id}`);
  await page.getByRole('alert').filter({ hasText: 'Tarea no encontrada' }).waitFor();
});
