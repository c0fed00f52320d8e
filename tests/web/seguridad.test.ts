import type { ApiClient } from '@medisupply/api-client/api-client';
import { until } from '@medisupply/shared/testing/until';
import { expect, test } from 'vitest';
import { expectAccessible, expectPresentable, PHONE, screenshot, useWeb } from './browser.ts';

const web = useWeb();

/** Deliveries of the tests that are neither cancelled nor confirmed. */
async function openTests(api: ApiClient): Promise<string[]> {
  const { data } = await api.call('logistica', 'GET /entregas', { query: { estado: 'EN_CAMINO' } });
  const open = await Promise.all(
    data
      .filter(({ pedido_id }) => pedido_id.startsWith('PRUEBA-'))
      .map(({ id }) => api.call('logistica', 'GET /entrega/:id', { params: { id } })),
  );
  return open.filter(({ data: one }) => one.task_id === null).map(({ data: one }) => one.pedido_id);
}

test('when the tests are run three times, then all pass, and every step shows what was asked and answered', async () => {
  const persona = await web.newPersona();
  const page = await web.newPage({ as: persona });
  await page.goto('/seguridad');
  await page.getByLabel('Veces').fill('21');
  expect(await page.getByRole('button', { name: 'Ejecutar las pruebas' }).isDisabled()).toBe(true);
  await page.getByLabel('Veces').fill('3');
  await page.getByRole('button', { name: 'Ejecutar las pruebas' }).click();
  await page.getByText('Se cumple todo lo exigido.').waitFor();
  const figures = await page.locator('[data-prueba] dd').allInnerTexts();
  expect(figures.filter((_text, index) => index % 4 < 3)).toEqual(
    Array.from({ length: 4 }, () => ['3', '3', '0']).flat(),
  );

  expect(await openTests(await web.api(persona))).toEqual([]);

  const changed = page.getByRole('region', { name: 'Datos cambiados' });
  await changed.getByText('Confirmar con otra dirección').click();
  await changed.getByText('Firma no válida').first().waitFor();
  expect(await changed.innerText()).not.toMatch(/Bearer ey/);
  await expectPresentable(page, 'seguridad');
  await screenshot(page, 'seguridad-entera', { full: true });
});

test('when a run is stopped, then it ends, and says how far it came', async () => {
  const page = await web.newPage({ as: await web.newPersona(), viewport: PHONE });
  await page.goto('/seguridad');
  await page.getByLabel('Veces').fill('20');
  await page.getByRole('button', { name: 'Ejecutar las pruebas' }).click();
  await page.getByText(/Van [1-9]\d* de 80/).waitFor();
  await page.getByRole('button', { name: 'Detener' }).click();
  await page.getByText(/Detenida tras \d+ de 80 intentos/).waitFor();
  await expectAccessible(page);
});

test('when the tab is closed in the middle of a run, then the next visit cancels what was left', async () => {
  const persona = await web.newPersona();
  const api = await web.api(persona);
  const page = await web.newPage({ as: persona });
  await page.goto('/seguridad');
  await page.route('**/api/v1/logistica/entregas/*/cancelar', (route) => route.abort());
  await page.route('**/api/v1/autorizador/sign-data', (route) => route.abort());
  await page.getByRole('button', { name: 'Ejecutar las pruebas' }).click();
  await page.getByRole('button', { name: 'Ejecutar las pruebas' }).waitFor();
  expect(await openTests(api)).toHaveLength(1);
  await page.unrouteAll();
  await page.reload();
  await until(async () => (await openTests(api)).length === 0);
});
