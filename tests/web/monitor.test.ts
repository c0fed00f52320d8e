import { until } from '@medisupply/shared/testing/until';
import { expect, test } from 'vitest';
import { pidOf } from '../launcher/launch.ts';
import { expectAccessible, expectPresentable, ownPlatform, screenshot, useWeb } from './browser.ts';

const web = useWeb();

test('when an operator looks, then the verdict comes first, and every part is there; a chart can be read as a table', async () => {
  const admin = await web.api(web.admin);
  const activity_data = { tipo: 'ronda', descripcion: `Revisión de la mañana ${process.pid}` };
  const { data } = await admin.call('logistica', 'POST /tareas', {
    body: { tipo: 'log_activity', activity_data },
  });
  const { task_id } = data;
  await until(async () => {
    const tarea = await admin.call('logistica', 'GET /tareas/:task_id', { params: { task_id } });
    return tarea.data.successful === true;
  });

  const page = await web.newPage({ as: web.admin });
  await page.goto('/monitor');
  await page.getByRole('heading', { name: 'Todo está en orden' }).waitFor();
  for (const servicio of ['autorizador', 'logistica-inventario', 'monitor', 'bull-board']) {
    await page.locator(`[data-servicio="${servicio}"]`).getByText('Bien').waitFor();
  }
  await page.getByRole('region', { name: 'Redis' }).getByText('noeviction').waitFor();
  const waiting = page.getByRole('img', { name: 'Gráfico de líneas: Trabajos en espera' });
  await waiting.locator('svg').waitFor();
  await page
    .getByRole('region', { name: 'Actividad guardada' })
    .getByText(activity_data.descripcion)
    .waitFor();

  await page.getByRole('button', { name: 'Hacer ping' }).click();
  await page.getByText('HTTP 200').waitFor();
  await expectPresentable(page, 'monitor');
  await screenshot(page, 'monitor-entero', { full: true });

  await page.getByRole('button', { name: 'Ver como tabla: Trabajos en espera' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: 'logistica' }).waitFor();
  await waiting.waitFor({ state: 'detached' });
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await waiting.locator('svg').waitFor();
  expect(await page.getByRole('table').count()).toBe(0);
});

test('when somebody without the role looks, then only the part of administrators is closed', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/monitor');
  await page.getByRole('heading', { name: 'Todo está en orden' }).waitFor();
  await page
    .getByRole('region', { name: 'Actividad guardada' })
    .getByRole('heading', { name: 'No tiene permiso para ver esto' })
    .waitFor();
  await page.getByRole('region', { name: 'Workers' }).getByText('Terminados').first().waitFor();
});

test('when the connection is cut, then it is said plainly with the age of the data, until it is back', async () => {
  const page = await web.newPage({ as: web.admin });
  await page.goto('/monitor');
  await page.getByText('En vivo').waitFor();
  await page.getByText(/^Datos de hace \d s$/).waitFor();
  await page.context().setOffline(true);
  await page.getByText('Sin conexión con la plataforma.').waitFor();
  await page.getByText('Sin conexión en vivo; reintentando…').waitFor();
  await page.getByRole('heading', { name: 'No hay noticias de la plataforma' }).waitFor();
  await screenshot(page, 'monitor-cortado');
  await expectAccessible(page);
  await page.context().setOffline(false);
  await page.getByText('En vivo').waitFor();
  await page.getByText('Sin conexión con la plataforma.').waitFor({ state: 'detached' });
});

test('when a worker is killed, then its end and its successor are seen within 15 seconds', async () => {
  const page = await web.newPage({ as: web.admin });
  await page.goto('/monitor');
  const workers = page.getByRole('region', { name: 'Workers' });
  const pid = pidOf(ownPlatform().dataDir, 'worker/src/main.ts');
  await workers.locator(`[data-pid="${pid}"]`).waitFor();
  await page.getByText('En vivo').waitFor();

  process.kill(pid, 'SIGKILL');
  const killed = Date.now();
  await workers.getByText(`El worker ${pid} de`).getByText('dejó de dar señales').waitFor();
  expect(Date.now() - killed).toBeLessThan(15_000);
  await workers.locator(`[data-pid="${pid}"]`).waitFor({ state: 'detached' });
  await screenshot(page, 'monitor-worker', { full: true });
  await workers.locator('[data-pid]').waitFor();
  await page.getByRole('heading', { name: 'Todo está en orden' }).waitFor();
});
