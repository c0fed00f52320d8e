import { randomUUID } from 'node:crypto';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { expect, test } from 'vitest';
import type { Persona } from './browser.ts';
import { expectPresentable, PHONE, screenshot, useWeb } from './browser.ts';

const web = useWeb();
const DIRECCION = 'Calle 10 # 5-51, Bogotá';

interface Sender {
  persona: Persona;
  id: number;
  api: ApiClient;
}

/** Somebody whose deliveries nobody else sees: they are assigned to them. */
async function newSender(): Promise<Sender> {
  const persona = await web.newPersona();
  const api = await web.api(persona);
  const { data } = await api.call('logistica', 'POST /entregas', {
    body: { pedido_id: 'x', direccion: DIRECCION, estado: 'EN_RUTA' },
  });
  return { persona, id: Number(data.creada_por.split(':')[1]), api };
}

async function create({ api, id }: Sender, pedido_id: string, estado = 'EN_RUTA'): Promise<number> {
  const body = { pedido_id, direccion: DIRECCION, estado, asignada_a: id };
  return (await api.call('logistica', 'POST /entregas', { body })).data.id;
}

/** Signs and confirms, without a page. */
async function confirm(api: ApiClient, id: number): Promise<void> {
  const { data: entrega } = await api.call('logistica', 'GET /entrega/:id', { params: { id } });
  const payload = {
    direccion: entrega.direccion ?? '',
    pedido_id: entrega.pedido_id,
    nombre_recibe: 'Ana Pérez',
    firma_recibe: 'Ana Pérez',
  };
  const { data } = await api.call('autorizador', 'POST /sign-data', {
    body: { payload: { ...payload, entrega_id: id } },
  });
  const body = { ...payload, firma_payload: data.firma };
  await api.call('logistica', 'POST /entrega/:id/confirmar', { params: { id }, body });
}

test('when deliveries change while somebody looks at the list, then it follows, and offers the new ones', async () => {
  const sender = await newSender();
  const order = `VIVO-${randomUUID().slice(0, 8)}`;
  const first = await create(sender, order);
  const page = await web.newPage({ as: sender.persona });
  await page.goto('/entregas');
  const row = page.getByRole('row').filter({ hasText: order });
  await row.getByText('EN_RUTA').waitFor();
  await page.getByText('En vivo').waitFor();

  await confirm(sender.api, first);
  await row.getByText('Entregada').waitFor();
  await create(sender, `${order}-B`);
  await page.getByRole('button', { name: 'Hay una entrega nueva' }).click();
  await page.getByRole('link', { name: `${order}-B` }).waitFor();
  await expectPresentable(page, 'entregas');
});

test('when the list is filtered, then the address keeps it, and nothing found says so', async () => {
  const sender = await newSender();
  const order = `FILTRO-${randomUUID().slice(0, 8)}`;
  await create(sender, order);
  await create(sender, `${order}-B`, 'EN_BODEGA');
  const page = await web.newPage({ as: sender.persona });
  await page.goto('/entregas');
  await page.getByLabel('Estado').selectOption('EN_BODEGA');
  await page.waitForURL('**/entregas?estado=EN_BODEGA');
  await page.getByRole('link', { name: `${order}-B` }).waitFor();
  await page.reload();
  await page.getByRole('link', { name: `${order}-B` }).waitFor();
  expect(await page.getByRole('link', { name: new RegExp(`${order} `) }).count()).toBe(0);

  await page.getByLabel('Pedido').fill(order);
  await page.getByRole('heading', { name: 'Ninguna entrega es así' }).waitFor();
  await expectPresentable(page, 'entregas-ninguna');
  await page.getByRole('link', { name: 'Quitar los filtros' }).click();
  await page.getByRole('link', { name: new RegExp(`${order} `) }).waitFor();
});

test('when there are many deliveries, then only those in view are drawn, and the next pages come by scrolling', async () => {
  const sender = await newSender();
  const orders = Array.from({ length: 250 }, (_, n) => `MUCHAS-${n}-${process.pid}`);
  for (const order of orders) await create(sender, order, 'EN_MASA');
  const page = await web.newPage({ as: sender.persona });
  await page.goto('/entregas?estado=EN_MASA');
  const rows = page.getByRole('row').filter({ hasText: 'MUCHAS-' });
  await rows.first().waitFor();
  let drawn = await rows.count();
  const oldest = page.getByRole('link', { name: orders[0] ?? '' });
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, 4_000);
      drawn = Math.max(drawn, await rows.count());
      return oldest.count();
    })
    .toBe(1);
  await page.getByText('250 filas').waitFor();
  expect(drawn).toBeLessThan(80);
});

test('when a delivery is created with more than there is, then its row says so, and two clicks make one', async () => {
  const sku = `WEB-${randomUUID().slice(0, 8)}`;
  const admin = await web.api(web.admin);
  const { data: producto } = await admin.call('logistica', 'POST /inventario', {
    body: { sku, nombre: `Guantes ${sku}`, stock: 5, minimo: 0 },
  });
  const sender = await newSender();
  const page = await web.newPage({ as: sender.persona });
  await page.goto('/entregas/nueva');
  await page.getByRole('button', { name: 'Crear entrega' }).click();
  await page.getByText('Escriba el número de pedido').waitFor();
  await page.getByLabel('Número de pedido').fill(sku);
  await page.getByLabel('Dirección').fill(DIRECCION);
  await page.getByLabel('Asignar a').selectOption({ label: 'A mí' });
  await page.getByLabel('Añadir un producto').fill(sku);
  await page.getByRole('option', { name: sku }).getByText('5 disponibles').waitFor();
  await screenshot(page, 'entrega-nueva-productos');
  await page.getByRole('option', { name: sku }).click();
  await page.getByLabel('Cantidad').fill('9');
  await page.getByRole('button', { name: 'Crear entrega' }).click();
  await page.getByText('Solo hay 5').waitFor();
  await expectPresentable(page, 'entrega-nueva');

  // Somebody else takes three meanwhile.
  await admin.call('logistica', 'POST /inventario/:id/ajustes', {
    params: { id: producto.id },
    body: { cantidad: -3, motivo: 'Rotura' },
  });
  await page.getByLabel('Cantidad').fill('4');
  await page.getByRole('button', { name: 'Crear entrega' }).click();
  await page.getByText(`No hay existencias de ${sku}`).waitFor();
  await page.getByLabel('Cantidad').fill('2');
  await page.getByRole('button', { name: 'Crear entrega' }).dblclick();
  await page.getByRole('heading', { name: `Entrega ${sku}` }).waitFor();
  const { data } = await sender.api.call('logistica', 'GET /entregas', { query: { pedido_id: sku } });
  expect(data).toHaveLength(1);
});

test('when a delivery is cancelled, then only by who may, and what it reserved is free', async () => {
  const sender = await newSender();
  const order = `NO-${randomUUID().slice(0, 8)}`;
  const body = { pedido_id: order, direccion: DIRECCION, estado: 'EN_RUTA' };
  const { data: entrega } = await sender.api.call('logistica', 'POST /entregas', { body });
  const stranger = await web.newPage({ as: await web.newCourier() });
  await stranger.goto(`/entregas/${entrega.id}`);
  await stranger.getByText('Solo puede cancelarla quien la creó').waitFor();

  const page = await web.newPage({ as: sender.persona, viewport: PHONE });
  await page.goto(`/entregas/${entrega.id}`);
  await page.getByRole('link', { name: 'Confirmar entrega' }).waitFor();
  await expectPresentable(page, 'entrega');
  await page.getByRole('button', { name: 'Cancelar entrega' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancelar entrega' }).click();
  await page.getByText('Se canceló: no se puede confirmar.').waitFor();
  expect(await page.getByRole('link', { name: 'Confirmar entrega' }).count()).toBe(0);
  // The stranger's page follows.
  await stranger.getByText('Se canceló: no se puede confirmar.').waitFor();
});

test("when a delivery is somebody else's, then it is not there for others, with the code to ask about it", async () => {
  const sender = await newSender();
  const id = await create(sender, `AJENA-${randomUUID().slice(0, 8)}`);
  const page = await web.newPage({ as: await web.newPersona(), idioma: 'en' });
  await page.goto(`/entregas/${id}`);
  await page
    .getByRole('alert')
    .filter({ hasText: 'It does not exist, or you may not see it' })
    .getByText('Code for support')
    .waitFor();
  await expectPresentable(page, 'entrega-no-encontrada');
});

test.each([
  ['es', 'Su primera entrega, paso a paso'],
  ['en', 'Your first delivery, step by step'],
] as const)(
  'when there is no delivery yet, then an administrator is shown the first steps (%s)',
  async (idioma, heading) => {
    const page = await web.newPage({ as: web.admin, idioma });
    await page.route('**/api/v1/logistica/entregas?*', (route) => route.fulfill({ json: [] }));
    await page.goto('/entregas');
    await page.getByRole('heading', { name: heading }).waitFor();
    await page.getByText('npm run sample', { exact: true }).waitFor();
    await expectPresentable(page, `entregas-primeros-pasos-${idioma}`);
  },
);
