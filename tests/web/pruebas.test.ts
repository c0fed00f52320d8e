import { readFile } from 'node:fs/promises';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { clavesOf, verificarPrueba } from '@medisupply/shared/proof/verify-proof';
import type { Download, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import {
  DESKTOP,
  expectAccessible,
  expectNoSidewaysScroll,
  expectPresentable,
  expectTranslated,
  PHONE,
  screenshot,
  useWeb,
} from './browser.ts';

const web = useWeb();

const FIRMA =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><path fill="none" stroke="#000" d="M5 25C20 2 30 2 40 20S60 30 85 8"/></svg>';

/** Delivered through the API by its creator, with a product. @returns its id */
async function deliver(api: ApiClient, admin: ApiClient, pedido_id: string): Promise<number> {
  const fields = {
    direccion: 'Calle 93 # 11-27, Bogotá',
    nombre_recibe: 'Lucía Peña',
    firma_recibe: FIRMA,
    pedido_id,
  };
  const { data: producto } = await admin.call('logistica', 'POST /inventario', {
    body: { sku: `SKU-${pedido_id}`, nombre: 'Guantes de nitrilo', stock: 10 },
  });
  const { data: entrega } = await api.call('logistica', 'POST /entregas', {
    body: {
      direccion: fields.direccion,
      estado: 'EN_CAMINO',
      pedido_id,
      items: [{ producto_id: producto.id, cantidad: 2 }],
    },
  });
  const params = { id: entrega.id };
  const { data } = await api.call('autorizador', 'POST /sign-data', {
    body: { payload: { ...fields, entrega_id: entrega.id } },
  });
  await api.call('logistica', 'POST /entrega/:id/confirmar', {
    params,
    body: { ...fields, firma_payload: data.firma },
  });
  await until(
    async () => (await api.call('logistica', 'GET /entrega/:id', { params })).data.estado === 'ENTREGADA',
    30_000,
  );
  return entrega.id;
}

async function saved(page: Page, click: () => Promise<void>): Promise<{ download: Download; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return { download, text: await readFile(await download.path(), 'utf8') };
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

test('when a delivery is done, then its proof is downloaded, with a page that checks it without the platform', async () => {
  const persona = await web.newPersona();
  const id = await deliver(await web.api(persona), await web.api(web.admin), `PRUEBA-${Date.now()}`);
  const page = await web.newPage({ as: persona });
  await page.goto(`/entregas/${id}`);
  const proof = await saved(page, () => press(page, 'Descargar prueba'));
  expect(proof.download.suggestedFilename()).toBe(`entrega-${id}.pod.json`);
  const verifier = await saved(page, () => press(page, 'Descargar la página que la comprueba'));
  const [, keys = ''] = /id="claves">(.*?)<\/script>/s.exec(verifier.text) ?? [];
  const { veredicto, documento } = await verificarPrueba(proof.text, clavesOf(keys)!);
  expect([veredicto, documento?.['personas']]).toEqual([
    'autentica',
    [{ id: expect.any(Number), nombre: persona.nombre }],
  ]);
  await page.locator('ms-prueba-card').scrollIntoViewIfNeeded();
  await expectPresentable(page, 'prueba');
});

test('when a link is made, then the customer sees the order without an account, and the proof with the word', async () => {
  const persona = await web.newPersona();
  const pedido = `ENLACE-${Date.now()}`;
  const id = await deliver(await web.api(persona), await web.api(web.admin), pedido);
  const page = await web.newPage({ as: persona });
  await page.goto(`/entregas/${id}`);
  await page.getByLabel('Palabra de quien recibe').fill('girasol');
  await press(page, 'Crear enlace');
  const address = await page.locator('ms-prueba-card output').innerText();
  expect(address).toMatch(/^http:\/\/localhost:\d+\/s#[\w-]{43}$/);
  await screenshot(page, 'enlace-nuevo', { full: true });

  const customer = await web.newPage({ viewport: PHONE });
  const asked: string[] = [];
  customer.on('request', (request) => asked.push(request.url()));
  await customer.goto(address);
  await customer.getByRole('heading', { name: `Pedido ${pedido}` }).waitFor();
  await customer.getByText('Entregada').first().waitFor();
  expect(await customer.locator('body').innerText()).not.toMatch(/Calle 93|Lucía|Persona/);
  await expectTranslated(customer);
  await customer.getByLabel('Palabra').fill('rosa');
  await press(customer, 'Descargar prueba');
  await customer.getByText('No es la palabra').waitFor();
  await expectNoSidewaysScroll(customer);
  await expectAccessible(customer);
  await customer.getByLabel('Palabra').fill('Girasol ');
  const { text } = await saved(customer, () => press(customer, 'Descargar prueba'));
  expect(JSON.parse(text)).toMatchObject({ datos: { nombre_recibe: 'Lucía Peña' } });
  await customer.getByText('Prueba descargada').waitFor();
  await screenshot(customer, 'seguimiento-phone', { full: true });
  await press(customer, 'EN, English');
  await customer.getByRole('heading', { name: `Order ${pedido}` }).waitFor();
  await customer.setViewportSize(DESKTOP);
  await screenshot(customer, 'seguimiento', { full: true });
  // What stands behind the # is in no address that was asked for.
  const [, token = ''] = address.split('#');
  expect(asked.filter((url) => url.includes(token) && !url.includes('#'))).toEqual([]);

  await page.reload();
  await page.getByText('Visitas: 1').waitFor();
  await page.getByRole('button', { name: /^Revocar el enlace/ }).click();
  await page.getByRole('button', { name: /^Revocar el enlace/ }).waitFor({ state: 'detached' });
  await customer.reload();
  await customer.getByRole('heading', { name: 'This link is not valid' }).waitFor();
  await expectAccessible(customer);
});

test('when a delivery is printed, then the paper has data, products, drawn signature, who, when and a code', async () => {
  const persona = await web.newPersona();
  const pedido = `PAPEL-${Date.now()}`;
  const id = await deliver(await web.api(persona), await web.api(web.admin), pedido);
  const page = await web.newPage({ as: persona });
  await page.goto(`/entregas/${id}`);
  await page.getByRole('link', { name: 'Imprimir' }).click();
  await page.getByRole('heading', { name: `Entrega ${pedido}` }).waitFor();
  await page.getByText('Guantes de nitrilo').waitFor();
  await page.getByAltText('Firma de Lucía Peña').waitFor();
  await page.getByAltText('Código que lleva a esta entrega').waitFor();
  await page.getByText(persona.nombre).first().waitFor();
  await page.getByText('Este papel no prueba nada por sí solo').waitFor();
  await expectPresentable(page, 'imprimir');
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('button', { name: 'Imprimir' }).isVisible()).toBe(false);
  await screenshot(page, 'imprimir-papel', { full: true });
});

test('when a courier who did not create it looks, then there is no link to give away', async () => {
  const admin = await web.api(web.admin);
  const courier = await web.newCourier();
  const courierApi = await web.api(courier);
  const { data: entrega } = await admin.call('logistica', 'POST /entregas', {
    body: { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: `LLEVA-${Date.now()}` },
  });
  await courierApi.call('logistica', 'POST /entregas/:id/tomar', { params: { id: entrega.id } });
  const page = await web.newPage({ as: courier, idioma: 'en', viewport: PHONE });
  await page.goto(`/entregas/${entrega.id}`);
  await page.getByText('Once it is delivered').waitFor();
  expect(await page.getByText('Links for the customer').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Download proof' }).count()).toBe(0);
});
