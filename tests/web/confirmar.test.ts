import { randomUUID } from 'node:crypto';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { until } from '@medisupply/shared/testing/until';
import type { Page, Route } from 'playwright-core';
import { expect, test } from 'vitest';
import { pidOf } from '../launcher/launch.ts';
import type { Persona } from './browser.ts';
import { PHONE, expectPresentable, expectTranslated, logIn, ownPlatform, useWeb } from './browser.ts';
import { draw } from './draw.ts';

const web = useWeb();
const CONFIRM = '**/api/v1/logistica/entrega/*/confirmar';
const SIGN = '**/api/v1/autorizador/sign-data';

/** A delivery of its own for a story, and the courier who carries it. */
async function newDelivery(): Promise<{ courier: Persona; api: ApiClient; id: number; pedido_id: string }> {
  const courier = await web.newPersona();
  const api = await web.api(courier);
  const pedido_id = `PED-${randomUUID().slice(0, 8)}`;
  const body = { pedido_id, direccion: 'Calle 10 # 5-51, Bogotá', estado: 'EN_RUTA' };
  const { data } = await api.call('logistica', 'POST /entregas', { body });
  return { courier, api, id: data.id, pedido_id };
}

async function fillIn(page: Page, id: number): Promise<void> {
  await page.goto(`/confirmar/${id}`);
  await page.getByLabel('Nombre de quien recibe').fill('Ana Pérez');
  await draw(page);
}

const press = (page: Page) => page.getByRole('button', { name: 'Firmar y confirmar' }).click();

const delivered = (page: Page) => page.getByRole('heading', { name: /^(Entregada|Delivered)$/ }).waitFor();

/** How it went, to the millisecond, is folded away. */
const showDetails = (page: Page) => page.getByText(/^(Detalles|Details)$/).click();

async function stateOf(api: ApiClient, id: number): Promise<string> {
  const { data } = await api.call('logistica', 'GET /entrega/:id', { params: { id } });
  return data.estado;
}

/** How often the delivery was taken over as confirmed, whatever the number of requests. */
async function confirmationsOf(api: ApiClient, id: number): Promise<number> {
  const { data } = await api.call('logistica', 'GET /entrega/:id', { params: { id } });
  return data.historial.filter(({ estado }) => estado === 'PENDING_SYSTEM_CONFIRMATION').length;
}

test('when someone new registers, creates a delivery and has it signed, then it is delivered before their eyes', async () => {
  const admin = await web.api(web.admin);
  const sku = `WEB-${randomUUID().slice(0, 8)}`;
  const { data: producto } = await admin.call('logistica', 'POST /inventario', {
    body: { sku, nombre: `Vendas ${sku}`, stock: 10, minimo: 0 },
  });
  const page = await web.newPage({ viewport: PHONE });
  await page.goto('/');
  await page.getByRole('link', { name: 'Cree una' }).click();
  await page.getByRole('heading', { name: 'Crear cuenta' }).waitFor();
  await page.getByLabel('Usuario').fill(`Mensajera ${sku}`);
  await page.getByLabel('Contraseña', { exact: true }).fill('cuatro tazas sin asa');
  await page.getByRole('button', { name: 'Crear cuenta' }).click();
  await page.waitForURL('**/entregas');

  await page.getByRole('link', { name: 'Crear entrega' }).first().click();
  await page.getByLabel('Número de pedido').fill(`PED-${sku}`);
  await page.getByLabel('Dirección').fill('Carrera 7 # 71-21, Bogotá');
  await page.getByLabel('Añadir un producto').fill(sku);
  await page.getByRole('option', { name: sku }).click();
  await page.getByLabel('Cantidad').fill('3');
  await page.getByRole('button', { name: 'Crear entrega' }).click();

  await page.getByRole('heading', { name: `Entrega PED-${sku}` }).waitFor();
  await page.getByRole('link', { name: 'Confirmar entrega' }).click();
  await page.getByLabel('Nombre de quien recibe').fill('Ana Pérez');
  await draw(page);
  await press(page);
  await delivered(page);
  expect(await page.locator('[data-step]').count()).toBe(0);
  await showDetails(page);
  await page.locator('[data-step="aplicada"]').waitFor();
  const steps = await page
    .locator('[data-step]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-step')));
  // That it is in the queue is not told when the worker was done before the queue had answered.
  expect(steps.filter((step) => step !== 'encolada')).toEqual([
    'pulsada',
    'firmada',
    'recibida',
    'firma',
    'aceptada',
    'inicio',
    'aplicada',
  ]);
  await expectPresentable(page, 'confirmar-hecho');

  await page.getByRole('link', { name: 'Ver la entrega' }).click();
  await page.getByRole('img', { name: 'Firma de Ana Pérez' }).waitFor();
  await page.getByText('La firma cubre estos datos, sin cambios').waitFor();
  await expectPresentable(page, 'entrega-entregada');
  const { data: after } = await admin.call('logistica', 'GET /inventario/:id', {
    params: { id: producto.id },
  });
  expect([after.stock, after.reservado]).toEqual([7, 0]);
});

test('when a courier looks for what to confirm, then the order or the number finds it, and the keyboard is enough', async () => {
  const { courier, id, pedido_id } = await newDelivery();
  const page = await web.newPage({ as: courier, viewport: PHONE });
  await page.goto('/confirmar');
  await page.getByRole('link', { name: pedido_id }).waitFor();
  await expectPresentable(page, 'confirmar-elegir');
  await page.getByRole('searchbox').fill(String(id));
  await page.waitForURL(`**/confirmar?buscar=${id}`);
  await page.getByRole('link', { name: pedido_id }).click();

  await page.getByRole('button', { name: 'Firmar y confirmar' }).click();
  await page.getByText('Escriba quién recibe').waitFor();
  await page.getByText('Falta la firma').waitFor();
  await draw(page);
  await page.getByRole('button', { name: 'Deshacer' }).click();
  await page.getByRole('img', { name: 'Espacio para firmar, vacío' }).waitFor();
  await draw(page);
  await page.getByRole('img', { name: 'Espacio para firmar, con una firma dibujada' }).waitFor();
  await expectPresentable(page, 'confirmar');

  await page.getByLabel('Nombre de quien recibe').focus();
  await page.keyboard.type('Luis Díaz');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.getByLabel('Nombre, como firma').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('Luis Díaz');
  await page.keyboard.press('Enter');
  await delivered(page);
  await page.goto(`/entregas/${id}`);
  await page.getByRole('figure').getByText('Luis Díaz').waitFor();
  await page.goto(`/confirmar/${id}`);
  await page.getByText('Ya se entregó.').waitFor();
});

test('when what was signed is changed on its way, then it is refused, and says so beside the button', async () => {
  const { courier, api, id } = await newDelivery();
  const page = await web.newPage({ as: courier });
  await page.route(CONFIRM, async (route) => {
    const body = route.request().postDataJSON() as Record<string, unknown>;
    await route.continue({ postData: { ...body, nombre_recibe: 'Otra Persona' } });
  });
  await fillIn(page, id);
  await press(page);
  const alert = page.getByRole('alert').filter({ hasText: 'Firma no válida' });
  await alert.getByText('Código para soporte').waitFor();
  await expectPresentable(page, 'confirmar-rechazada');
  expect(await stateOf(api, id)).toBe('EN_RUTA');

  // What was drawn is still there.
  await page.getByRole('img', { name: 'con una firma dibujada' }).waitFor();
  await expect.poll(() => inkOn(page)).toBeGreaterThan(50);
  await page.unroute(CONFIRM);
  await press(page);
  await delivered(page);
});

test('when the answer is lost on its way, then the same request goes again, and it is confirmed once', async () => {
  const { courier, api, id } = await newDelivery();
  const page = await web.newPage({ as: courier });
  await page.route(
    CONFIRM,
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await fillIn(page, id);
  await press(page);
  await delivered(page);
  await showDetails(page);
  await page.locator('[data-step="reenviada"]').waitFor();
  expect(await confirmationsOf(api, id)).toBe(1);
});

test('when the network goes after signing, then it is kept, and goes out once when the network is back', async () => {
  const { courier, api, id, pedido_id } = await newDelivery();
  const page = await web.newPage({ as: courier, viewport: PHONE });
  const context = page.context();
  const answers: number[] = [];
  context.on('response', (response) => {
    if (/\/api\/.*\/confirmar$/.test(response.url())) answers.push(response.status());
  });
  await page.route(SIGN, async (route) => {
    const response = await route.fetch();
    await context.setOffline(true);
    await route.fulfill({ response });
  });
  await fillIn(page, id);
  await press(page);
  await page.getByRole('heading', { name: 'Guardada; saldrá en cuanto haya conexión' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: pedido_id }).getByText('Firmada; saldrá').waitFor();
  expect(await stateOf(api, id)).toBe('EN_RUTA');

  // The courier closes the page and opens two, elsewhere.
  await page.close();
  await context.route(CONFIRM, (route) => route.abort());
  await context.setOffline(false);
  const [one, other] = [await context.newPage(), await context.newPage()];
  await one.goto('/confirmar');
  await one.getByRole('heading', { name: 'Pendientes de envío' }).waitFor();
  await expectPresentable(one, 'confirmar-pendientes');
  await other.goto('/entregas');
  await context.unroute(CONFIRM);

  await one.getByRole('listitem').filter({ hasText: pedido_id }).getByText('Enviada').waitFor();
  await until(async () => (await stateOf(api, id)) === 'ENTREGADA', 15_000);
  expect(answers).toEqual([202]);
  expect(await confirmationsOf(api, id)).toBe(1);
  await one.reload();
  await one.getByRole('heading', { name: 'Confirmar entrega' }).waitFor();
  expect(await one.getByRole('heading', { name: 'Pendientes de envío' }).count()).toBe(0);
  expect(await keptIn(one)).toEqual([]);
});

test('when the delivery cannot be read again while somebody signs, then what they drew stays', async () => {
  const { courier, api, id, pedido_id } = await newDelivery();
  const page = await web.newPage({ as: courier });
  await fillIn(page, id);
  await page.getByText('En vivo').waitFor();
  await page.route(`**/api/v1/logistica/entrega/${id}`, (route) => route.abort());
  const failed = page.waitForEvent('requestfailed');
  // Refused, but told to whoever looks at the delivery.
  const body = {
    pedido_id,
    direccion: 'Calle 10 # 5-51, Bogotá',
    nombre_recibe: 'Otra',
    firma_recibe: 'Otra',
    firma_payload: 'x',
  };
  await api.call('logistica', 'POST /entrega/:id/confirmar', { params: { id }, body }).catch(() => undefined);
  await failed;
  expect(await inkOn(page)).toBeGreaterThan(50);
  await press(page);
  await delivered(page);
});

test('when there is no network to sign with, then it is kept, and signed and sent when the network is back', async () => {
  const { courier, id } = await newDelivery();
  const page = await web.newPage({ as: courier });
  await fillIn(page, id);
  await page.context().setOffline(true);
  await press(page);
  await page.getByRole('heading', { name: 'Guardada; saldrá en cuanto haya conexión' }).waitFor();
  expect(await keptIn(page)).toHaveLength(1);
  await page.context().setOffline(false);
  await delivered(page);
  expect(await keptIn(page)).toEqual([]);
});

test('when a kept signature expires, then it is signed again before it is sent, and says so', async () => {
  const { courier, id, pedido_id } = await newDelivery();
  const page = await web.newPage({ as: courier });
  await page.clock.install();
  let signatures = 0;
  page.on('request', (request) => (signatures += Number(request.url().endsWith('/sign-data'))));
  const offlineOnce = async (route: Route) => {
    const response = await route.fetch();
    await page.context().setOffline(true);
    await route.fulfill({ response });
  };
  await page.route(SIGN, offlineOnce);
  await fillIn(page, id);
  await press(page);
  await page.getByRole('heading', { name: 'Guardada; saldrá en cuanto haya conexión' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: pedido_id }).getByText('Firmada; saldrá').waitFor();
  await page.unroute(SIGN);
  await page.clock.fastForward('14:50');
  await page.getByRole('listitem').filter({ hasText: pedido_id }).getByText('La firma caducó').waitFor();
  await page.context().setOffline(false);
  await delivered(page);
  await showDetails(page);
  await page.locator('[data-step="firmada_de_nuevo"]').waitFor();
  expect(signatures).toBe(2);
});

test('when someone logs out while a confirmation waits, then they are warned, and nothing stays in the browser', async () => {
  const { courier, id } = await newDelivery();
  const page = await web.newPage({ as: courier });
  await page.route(CONFIRM, (route) => route.abort());
  await fillIn(page, id);
  await press(page);
  await page.getByRole('heading', { name: 'Guardada; saldrá en cuanto haya conexión' }).waitFor();
  expect(await keptIn(page)).toHaveLength(1);
  await page.getByRole('button', { name: `Cuenta de ${courier.nombre}` }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Borrarlas y cerrar sesión' }).click();
  await page.getByText('Sesión cerrada.').waitFor();
  await expect.poll(() => keptIn(page)).toEqual([]);
});

test("when the session ends while one waits, then the next user neither sees nor sends it, and its owner's login does", async () => {
  const { courier, api, id, pedido_id } = await newDelivery();
  const page = await web.newPage({ as: courier });
  const requests: string[] = [];
  page.on('request', (request) => {
    if (/\/api\/.*\/confirmar$/.test(request.url())) requests.push(request.url());
  });
  await page.route(CONFIRM, (route) => route.abort());
  await fillIn(page, id);
  await press(page);
  await page.getByRole('heading', { name: 'Guardada; saldrá en cuanto haya conexión' }).waitFor();
  await page.context().clearCookies();
  await page.goto('/confirmar');
  await page.unroute(CONFIRM);
  requests.length = 0;

  const { courier: next, pedido_id: theirs } = await newDelivery();
  await logIn(page, next);
  await page.getByRole('link', { name: theirs }).waitFor();
  expect(await page.getByText(pedido_id).count()).toBe(0);
  expect(await page.getByRole('heading', { name: 'Pendientes de envío' }).count()).toBe(0);
  expect(requests).toEqual([]);
  await page.getByRole('button', { name: `Cuenta de ${next.nombre}` }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).click();
  await page.getByText('Sesión cerrada.').waitFor();
  await logIn(page, courier);
  await until(async () => (await stateOf(api, id)) === 'ENTREGADA', 15_000);
  expect(requests).toHaveLength(1);
});

test('when Redis dies while a delivery is confirmed, then the page says that it waits, and it is delivered by itself', async () => {
  const { courier, api, id } = await newDelivery();
  const page = await web.newPage({ as: courier, viewport: PHONE });
  await fillIn(page, id);
  process.kill(pidOf(ownPlatform().dataDir, 'redis-server'), 'SIGKILL');
  await press(page);
  await page.getByRole('heading', { name: 'Pendiente Confirmacion Sistema' }).waitFor();
  await delivered(page);
  expect(await stateOf(api, id)).toBe('ENTREGADA');
});

test('when English is chosen, then the courier confirms in English', async () => {
  const { courier, id } = await newDelivery();
  const page = await web.newPage({ as: courier, idioma: 'en' });
  await page.goto(`/confirmar/${id}`);
  await page.getByLabel('Name of the recipient').fill('Ana Pérez');
  await draw(page);
  await expectTranslated(page);
  await page.getByRole('button', { name: 'Sign and confirm' }).click();
  await delivered(page);
  await expectTranslated(page);
});

/** How many pixels of the canvas are drawn on. */
async function inkOn(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
  })()`);
}

/** Which confirmations the browser has in IndexedDB. A string: this code runs in the page. */
async function keptIn(page: Page): Promise<unknown[]> {
  return page.evaluate<unknown[]>(`new Promise((resolve, reject) => {
    const open = indexedDB.open('medisupply-cifrada', 1);
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const all = open.result.transaction('fila').objectStore('fila').getAllKeys();
      all.onsuccess = () => {
        resolve(all.result.filter(([, clase]) => clase === 'confirmacion'));
        open.result.close();
      };
      all.onerror = () => reject(all.error);
    };
  })`);
}
