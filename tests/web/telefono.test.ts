/** What a courier's phone needs: its language, its own start, a button in reach, and lists that are found again. */
import { randomUUID } from 'node:crypto';
import type { ApiClient } from '@medisupply/api-client/api-client';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  expectPresentable,
  PHONE,
  screenshot,
  useWeb,
} from './browser.ts';

const web = useWeb();
const DIRECCION = 'Calle 10 # 5-51, Bogotá';
const SMALL = { width: 360, height: 640 };
const TURNED = { width: 812, height: 375 };

const newDelivery = async (api: ApiClient, body: object = {}) =>
  (
    await api.call('logistica', 'POST /entregas', {
      body: {
        pedido_id: `TEL-${randomUUID().slice(0, 8)}`,
        direccion: DIRECCION,
        estado: 'EN_RUTA',
        ...body,
      },
    })
  ).data;

const navigation = (page: Page) => page.getByRole('navigation', { name: /^(Principal|Main)$/ });
const sections = async (page: Page) =>
  (await navigation(page).getByRole('link').allInnerTexts()).map((text) => text.trim());

test('when nobody chose a language, then it is the browser’s; a choice stays', async () => {
  const page = await web.newPage({ idioma: 'navegador-en', viewport: PHONE });
  await page.goto('/acceso/entrar');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await page.getByRole('button', { name: 'ES, español' }).click();
  await page.getByRole('heading', { name: 'Entrar' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Entrar' }).waitFor();
});

test('when a courier logs in, then the app begins with what to confirm, and offers what belongs to their day', async () => {
  const page = await web.newPage({ as: await web.newCourier(), viewport: PHONE });
  await page.goto('/');
  await page.waitForURL('**/confirmar');
  await page.getByRole('heading', { name: 'Confirmar entrega' }).waitFor();
  expect(await sections(page)).toEqual(['Confirmar', 'Entregas', 'Inventario']);
  expect(await page.getByRole('button', { name: 'Más' }).count()).toBe(0);
  await expectPresentable(page, 'inicio-mensajero');

  const dispatcher = await web.newPage({ as: await web.newDispatcher() });
  await dispatcher.goto('/');
  await dispatcher.waitForURL('**/entregas');
  await dispatcher.getByRole('heading', { name: 'Entregas' }).waitFor();
  expect(await sections(dispatcher)).toEqual(
    expect.arrayContaining(['Entregas', 'Confirmar', 'Tareas', 'Monitor']),
  );
});

test('when the account is opened on a phone, then language and theme are there', async () => {
  const courier = await web.newCourier();
  const page = await web.newPage({ as: courier, viewport: PHONE });
  await page.goto('/confirmar');
  const account = page.getByRole('button', { name: `Cuenta de ${courier.nombre}` });
  await account.click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).waitFor();
  await expectAccessible(page);
  await screenshot(page, 'cuenta-phone');
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Confirm delivery' }).waitFor();
});

test('when a phone is turned, then it stays a phone', async () => {
  const page = await web.newPage({ as: await web.newCourier(), viewport: TURNED, touch: true });
  await page.goto('/confirmar');
  await page.locator('nav.bar').waitFor();
  expect(await page.locator('aside').count()).toBe(0);
  await expectNoSidewaysScroll(page);
  await screenshot(page, 'girado-phone');
});

test('when the form is long, then the button to sign is in reach, also with large text, and lists what is handed over', async () => {
  const admin = await web.api(web.admin);
  const sku = `TEL-${randomUUID().slice(0, 8)}`;
  const { data: producto } = await admin.call('logistica', 'POST /inventario', {
    body: { sku, nombre: 'Jeringas de 5 ml', stock: 9, minimo: 0 },
  });
  const courier = await web.newPersona();
  const { id } = await newDelivery(await web.api(courier), {
    items: [{ producto_id: producto.id, cantidad: 4 }],
  });
  for (const [viewport, size] of [
    [SMALL, '100%'],
    [SMALL, '200%'],
    [TURNED, '100%'],
  ] as const) {
    const page = await web.newPage({ as: courier, viewport, touch: true });
    await page.goto(`/confirmar/${id}`);
    await page.getByText('Jeringas de 5 ml').waitFor();
    await page.evaluate(`document.documentElement.style.fontSize = '${size}'`);
    const button = page.getByRole('button', { name: 'Firmar y confirmar' });
    await page.locator('form').evaluate((form: { scrollIntoView(): void }) => form.scrollIntoView());
    // Nothing lies above it, and a finger finds it: a click that would have to scroll fails.
    const box = (await button.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.getByText('Escriba quién recibe').waitFor();
    expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
    await screenshot(page, `boton-${viewport.width}-${size.slice(0, 3)}`);
    await page.context().close();
  }
});

test('when one comes back to a list, then it is where it was left, also far down', async () => {
  const persona = await web.newPersona();
  const api = await web.api(persona);
  for (let many = 0; many < 4; many += 1) {
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => newDelivery(api, { pedido_id: `LARGA-${many}-${n}` })),
    );
  }
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto('/entregas');
  await page.getByRole('row').nth(5).waitFor();
  // Beyond what the first page of the list brings.
  await expect
    .poll(async () => {
      await page.evaluate('scrollTo({ top: 9400 })');
      return page.evaluate<number>('scrollY');
    })
    .toBeGreaterThan(9_000);
  const before = await page.evaluate<number>('scrollY');
  const inView = page.getByRole('row').nth(12).getByRole('link');
  const name = await inView.innerText();
  await inView.click();
  await page.waitForURL(/entregas\/\d+$/);
  await page.getByRole('link', { name: 'Entregas' }).first().click();
  await page.waitForURL('**/entregas');
  await expect
    .poll(async () => Math.abs((await page.evaluate<number>('scrollY')) - before))
    .toBeLessThan(200);
  await page
    .getByRole('row')
    .filter({ hasText: name.split(' ')[0]! })
    .first()
    .waitFor();
});

test('when a delivery was just sent, then the list offers it no more, and the next one is one tap away', async () => {
  const courier = await web.newPersona();
  const api = await web.api(courier);
  const [one, two] = [await newDelivery(api), await newDelivery(api)];
  const page = await web.newPage({ as: courier, viewport: PHONE });
  await page.goto('/confirmar');
  await page.getByRole('link', { name: one.pedido_id }).click();
  await page.getByLabel('Nombre de quien recibe').fill('Ana Pérez');
  await page.getByText('Escribir', { exact: true }).click();
  await page.getByLabel('Nombre, como firma').fill('Ana Pérez');
  await page.getByRole('button', { name: 'Firmar y confirmar' }).click();
  await page.getByRole('heading', { name: 'Entregada' }).waitFor();
  await expectPresentable(page, 'confirmar-siguiente');
  await page.setViewportSize(PHONE);
  await page.getByRole('link', { name: `Siguiente: ${two.pedido_id}` }).click();
  await page.waitForURL(`**/confirmar/${two.id}`);
  await page.goto('/confirmar');
  await page.getByRole('link', { name: two.pedido_id }).waitFor();
  expect(await page.getByRole('link', { name: one.pedido_id }).count()).toBe(0);

  // Confirmed elsewhere, it leaves; created elsewhere, it comes.
  await page.getByText('En vivo').waitFor();
  const third = await newDelivery(api);
  await page.getByRole('link', { name: third.pedido_id }).waitFor();
  await api.call('logistica', 'POST /entregas/:id/cancelar', { params: { id: third.id } });
  await page.getByRole('link', { name: third.pedido_id }).waitFor({ state: 'detached' });
});

test('when something is to be cancelled, then the button that does not is called otherwise', async () => {
  const persona = await web.newPersona();
  const { id } = await newDelivery(await web.api(persona));
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto(`/entregas/${id}`);
  await page.getByRole('button', { name: 'Cancelar entrega' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Volver' }).waitFor();
  expect(await dialog.getByRole('button', { name: /cancelar/i }).count()).toBe(1);
  await screenshot(page, 'cancelar-phone');
});

test('when a select is opened, then its list is the app’s, and the keyboard chooses', async () => {
  const page = await web.newPage({ as: web.admin, viewport: PHONE });
  await page.goto('/entregas');
  const select = page.getByLabel('Estado');
  await select.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'Cancelada' }).waitFor();
  expect(await page.evaluate("getComputedStyle(document.querySelector('select')).appearance")).toBe(
    'base-select',
  );
  await screenshot(page, 'select-phone');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.waitForURL(/estado=/);
});
