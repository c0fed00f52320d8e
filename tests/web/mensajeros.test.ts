/** Deliveries that nobody carries: couriers claim them, dispatchers hand them out and take them back. */
import { randomUUID } from 'node:crypto';
import type { ApiClient } from '@medisupply/api-client/api-client';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Persona } from './browser.ts';
import { expectPresentable, PHONE, screenshot, useWeb } from './browser.ts';

const web = useWeb();
const DIRECCION = 'Carrera 7 # 71-21, Bogotá';

/** One that nobody carries. */
async function newFree(): Promise<{ api: ApiClient; id: number; pedido_id: string }> {
  const api = await web.api(await web.newPersona());
  const pedido_id = `LIBRE-${randomUUID().slice(0, 8)}`;
  const body = { pedido_id, direccion: DIRECCION, estado: 'EN_RUTA' };
  const { data } = await api.call('logistica', 'POST /entregas', { body });
  return { api, id: data.id, pedido_id };
}

const claimAs = async (persona: Persona, id: number) =>
  (await web.api(persona)).call('logistica', 'POST /entregas/:id/tomar', { params: { id } });

const rowOf = (page: Page, pedido_id: string) => page.getByRole('row').filter({ hasText: pedido_id });
const isLive = (page: Page) => page.getByText('En vivo').waitFor();

test("when a courier claims a delivery and confirms it, then it leaves other couriers' screens at once", async () => {
  const { id, pedido_id } = await newFree();
  const page = await web.newPage({ as: await web.newCourier(), viewport: PHONE });
  await page.goto('/entregas');
  await page.getByRole('link', { name: 'Sin asignar' }).click();
  await page.waitForURL('**/entregas?sin_asignar=true');
  await rowOf(page, pedido_id).waitFor();
  await expectPresentable(page, 'entregas-sin-asignar');
  await page.setViewportSize(PHONE);

  const other = await web.newPage({ as: await web.newCourier() });
  await other.goto('/entregas?sin_asignar=true');
  await rowOf(other, pedido_id).waitFor();
  await isLive(other);
  const all = await web.newPage({ as: await web.newCourier() });
  await all.goto('/entregas');
  await rowOf(all, pedido_id).getByText('Sin asignar').waitFor();
  await isLive(all);

  await page.getByRole('button', { name: `Tomar la entrega ${pedido_id}` }).click();
  await page.getByText(`Entrega ${pedido_id} tomada: ahora la lleva usted.`).waitFor();
  await screenshot(page, 'entregas-tomada-phone');
  await page.locator('a:focus', { hasText: 'Sin asignar' }).waitFor();
  for (const one of [page, other, all]) await rowOf(one, pedido_id).waitFor({ state: 'detached' });

  await page.goto('/confirmar');
  await page.getByRole('link', { name: pedido_id }).click();
  await page.getByText(DIRECCION).waitFor();
  await page.getByLabel('Nombre de quien recibe').fill('Ana Pérez');
  await page.getByText('Escribir', { exact: true }).click();
  await page.getByLabel('Nombre, como firma').fill('Ana Pérez');
  await page.getByRole('button', { name: 'Firmar y confirmar' }).click();
  await page.getByRole('heading', { name: 'Entregada' }).waitFor();

  await page.goto(`/entregas/${id}`);
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Tomada por un mensajero' })
    .getByText('Usted')
    .waitFor();
  await expectPresentable(page, 'entrega-historial-tomada');
});

test('when somebody else was faster, then the courier is told, and the list no longer offers it', async () => {
  const { id, pedido_id } = await newFree();
  const page = await web.newPage({ as: await web.newCourier() });
  // What happens does not reach this page.
  await page.route('**/api/v1/monitor/eventos', (route) => route.abort());
  await page.goto('/entregas?sin_asignar=true');
  await rowOf(page, pedido_id).waitFor();
  await claimAs(await web.newCourier(), id);
  await page.getByRole('button', { name: `Tomar la entrega ${pedido_id}` }).click();
  await page.getByText(`La entrega ${pedido_id} ya no está libre`).waitFor();
  await screenshot(page, 'entregas-perdida');
  await rowOf(page, pedido_id).waitFor({ state: 'detached' });
});

test('when a courier opens one that nobody carries, then it can be claimed there before its address is shown', async () => {
  const { id } = await newFree();
  const page = await web.newPage({ as: await web.newCourier(), viewport: PHONE });
  await page.goto(`/confirmar/${id}`);
  await page.getByRole('heading', { name: 'Nadie lleva esta entrega' }).waitFor();
  await expectPresentable(page, 'confirmar-sin-asignar');
  await page.setViewportSize(PHONE);
  expect(await page.getByText(DIRECCION).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Firmar y confirmar' }).count()).toBe(0);

  const other = await web.newPage({ as: await web.newCourier() });
  await other.goto(`/confirmar/${id}`);
  await other.getByRole('button', { name: 'Tomar entrega' }).waitFor();
  await isLive(other);
  const third = await web.newPage({ as: await web.newCourier() });
  await third.goto(`/entregas/${id}`);
  await third.getByRole('button', { name: 'Tomar entrega' }).waitFor();
  await expectPresentable(third, 'entrega-sin-asignar');
  await isLive(third);

  await page.getByRole('button', { name: 'Tomar entrega' }).click();
  await page.getByText(DIRECCION).waitFor();
  await page.getByRole('button', { name: 'Firmar y confirmar' }).waitFor();
  for (const late of [other, third]) {
    await late.getByRole('heading', { name: 'Esta entrega la tomó otra persona' }).waitFor();
    expect(await late.getByRole('button', { name: 'Tomar entrega' }).count()).toBe(0);
  }
  await expectPresentable(other, 'confirmar-de-otra');
});

test('when a dispatcher hands one out at its creation and takes it back, then its courier follows', async () => {
  const courier = await web.newCourier();
  const pedido_id = `DESP-${randomUUID().slice(0, 8)}`;
  const page = await web.newPage({ as: await web.newDispatcher(), idioma: 'en', viewport: PHONE });
  await page.goto('/entregas/nueva');
  await page.getByLabel('Order number').fill(pedido_id);
  await page.getByLabel('Address').fill(DIRECCION);
  await page.getByLabel('Assign to').selectOption({ label: courier.nombre });
  await expectPresentable(page, 'entrega-asignar');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'Create delivery' }).click();
  await page.getByRole('heading', { name: `Delivery ${pedido_id}` }).waitFor();

  const theirs = await web.newPage({ as: courier, viewport: PHONE });
  await theirs.goto('/confirmar');
  await theirs.getByRole('link', { name: pedido_id }).click();
  await theirs.getByText(DIRECCION).waitFor();
  await isLive(theirs);

  await page.getByRole('button', { name: 'Release delivery' }).click();
  await page.getByText(`Delivery ${pedido_id} is unassigned.`).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Unassigned again' }).getByText('You').waitFor();
  await expectPresentable(page, 'entrega-soltada');
  await theirs.getByRole('heading', { name: 'Nadie lleva esta entrega' }).waitFor();
  expect(await theirs.getByText(DIRECCION).count()).toBe(0);
});

test('when somebody who is no courier gives back what they carry, then its page shows it no more', async () => {
  const carrier = await web.newPersona();
  const api = await web.api(carrier);
  const { data: own } = await api.call('logistica', 'POST /entregas', {
    body: { pedido_id: 'x', direccion: DIRECCION, estado: 'EN_RUTA' },
  });
  const sender = await web.api(await web.newPersona());
  const body = {
    pedido_id: `SUELTA-${randomUUID().slice(0, 8)}`,
    direccion: DIRECCION,
    estado: 'EN_RUTA',
    asignada_a: Number(own.creada_por.split(':')[1]),
  };
  const { data } = await sender.call('logistica', 'POST /entregas', { body });
  const page = await web.newPage({ as: carrier });
  await page.goto(`/entregas/${data.id}`);
  await page.getByText(DIRECCION).waitFor();
  expect(await page.getByRole('link', { name: 'Sin asignar' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Soltar entrega' }).click();
  await page.getByRole('heading', { name: 'Ya no lleva esta entrega' }).waitFor();
  expect(await page.getByText(DIRECCION).count()).toBe(0);
});
