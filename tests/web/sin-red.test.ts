import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { until } from '@medisupply/shared/testing/until';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';
import type { Persona } from './browser.ts';
import { DESKTOP, expectAccessible, expectPresentable, logIn, PHONE, screenshot, useWeb } from './browser.ts';
import { pictureOfACamera } from './camera.ts';
import { draw } from './draw.ts';
import { everythingKeptIn, filesWith } from './kept-in.ts';
import { startDoor } from './own-door.ts';
import { installed, networkTo, Phone } from './phone.ts';

const web = useWeb();
const phones: Phone[] = [];

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.remove()));
});

const TEXTS = {
  es: {
    usuario: 'Usuario',
    contrasena: 'Contraseña',
    entrar: 'Entrar',
    recibe: 'Nombre de quien recibe',
    firmar: 'Firmar y confirmar',
    guardada: 'Guardada; saldrá en cuanto haya conexión',
    sinConexion: 'Sin conexión.',
  },
  en: {
    usuario: 'User',
    contrasena: 'Password',
    entrar: 'Log in',
    recibe: 'Name of the recipient',
    firmar: 'Sign and confirm',
    guardada: 'Kept; it goes out as soon as there is a connection',
    sinConexion: 'No connection.',
  },
} as const;
type Idioma = keyof typeof TEXTS;

const ADDRESS = 'Calle 10 # 5-51, Bogotá';

interface Courier {
  persona: Persona;
  api: ApiClient;
}

async function newCourier(): Promise<Courier> {
  const persona = await web.newCourier();
  return { persona, api: await web.api(persona) };
}

async function newDelivery(api: ApiClient): Promise<{ id: number; pedido_id: string }> {
  const pedido_id = `PED-${randomUUID().slice(0, 8)}`;
  const body = { pedido_id, direccion: ADDRESS, estado: 'EN_RUTA' };
  const { data } = await api.call('logistica', 'POST /entregas', { body });
  await api.call('logistica', 'POST /entregas/:id/tomar', { params: { id: data.id } });
  return { id: data.id, pedido_id };
}

async function newPhone(idioma: Idioma, viewport = PHONE, url = web.url): Promise<Phone> {
  const phone = new Phone({ network: await networkTo(url), viewport, idioma });
  phones.push(phone);
  return phone;
}

/** At the depot, with a network: the courier logs in, and the phone has the app and the day's deliveries. */
async function logInAtDepot(
  phone: Phone,
  { persona }: Courier,
  idioma: Idioma,
  pedidos: readonly string[],
): Promise<Page> {
  const t = TEXTS[idioma];
  const page = await phone.open();
  await page.goto('/confirmar');
  await page.getByLabel(t.usuario).fill(persona.nombre);
  await page.getByLabel(t.contrasena, { exact: true }).fill(persona.contrasena);
  await page.getByRole('button', { name: t.entrar }).click();
  for (const pedido of pedidos) await page.getByRole('link', { name: pedido }).waitFor();
  await installed(page);
  return page;
}

async function confirm(page: Page, idioma: Idioma, nombre = 'Ana Pérez'): Promise<void> {
  await page.getByLabel(TEXTS[idioma].recibe).fill(nombre);
  await draw(page);
  await page.getByRole('button', { name: TEXTS[idioma].firmar }).click();
}

async function readEntrega(api: ApiClient, id: number) {
  const { data } = await api.call('logistica', 'GET /entrega/:id', { params: { id } });
  return data;
}

const isDelivered = async (api: ApiClient, id: number) => (await readEntrega(api, id)).estado === 'ENTREGADA';

const confirmationsOf = ({ historial }: Awaited<ReturnType<typeof readEntrega>>) =>
  historial.filter(({ estado }) => estado === 'PENDING_SYSTEM_CONFIRMATION');

/** From the depot to the delivery that was confirmed once, with the browser killed twice. */
async function confirmOffline(phone: Phone, idioma: Idioma): Promise<void> {
  const t = TEXTS[idioma];
  const courier = await newCourier();
  const { id, pedido_id } = await newDelivery(courier.api);
  await logInAtDepot(phone, courier, idioma, [pedido_id]);
  await phone.kill();
  await phone.network.cut();

  const page = await phone.open();
  await page.goto('/confirmar');
  await page.getByText(t.sinConexion).waitFor();
  await page.getByRole('link', { name: pedido_id }).click();
  await page.getByText(ADDRESS).waitFor();
  await confirm(page, idioma);
  await page.getByRole('heading', { name: t.guardada }).waitFor();
  await phone.kill();

  const again = await phone.open();
  await again.goto('/confirmar');
  await again.getByRole('listitem').filter({ hasText: pedido_id }).waitFor();
  const back = new Date().toISOString();
  await phone.network.restore();
  await until(() => isDelivered(courier.api, id), 40_000);
  const entrega = await readEntrega(courier.api, id);
  expect(entrega).toMatchObject({ nombre_recibe: 'Ana Pérez', firma_verificada: true });
  expect(confirmationsOf(entrega)).toHaveLength(1);
  // The device's time is signed; the server's is later.
  expect(entrega.capturado! < back && back < entrega.fecha_entrega!).toBe(true);
  await again.getByText(t.sinConexion).waitFor({ state: 'detached' });
}

test.each([
  ['es', 'phone', PHONE],
  ['en', 'desktop', DESKTOP],
] as const)(
  'when the app is opened without a network (%s, %s), then a delivery is confirmed, and it goes out once although the browser was killed',
  async (idioma, _, viewport) => {
    await confirmOffline(await newPhone(idioma, viewport), idioma);
  },
  120_000,
);

test('when a photo is taken without a network, then it is kept, and goes out before the confirmation that signs it', async () => {
  const phone = await newPhone('es');
  const courier = await newCourier();
  const { id, pedido_id } = await newDelivery(courier.api);
  await logInAtDepot(phone, courier, 'es', [pedido_id]);
  await phone.kill();
  await phone.network.cut();

  const page = await phone.open();
  await page.goto(`/confirmar/${id}`);
  await page.getByText(ADDRESS).waitFor();
  const buffer = await pictureOfACamera(page);
  await page.getByLabel('Añadir una foto').setInputFiles({ name: 'f.jpg', mimeType: 'image/jpeg', buffer });
  await page.getByRole('img', { name: 'La foto de la entrega' }).waitFor();
  await confirm(page, 'es');
  await page.getByRole('heading', { name: TEXTS.es.guardada }).waitFor();
  await phone.kill();

  await phone.network.restore();
  await (await phone.open()).goto('/confirmar');
  await until(() => isDelivered(courier.api, id), 40_000);
  const { foto_sha256, firma_verificada } = await readEntrega(courier.api, id);
  const { data } = await courier.api.call('logistica', 'GET /entrega/:id/foto', { params: { id } });
  const hash = createHash('sha256')
    .update(Buffer.from(await data.arrayBuffer()))
    .digest('hex');
  expect([foto_sha256, firma_verificada]).toEqual([hash, true]);
}, 120_000);

test('when the platform speaks TLS, then the app opens without a network as well', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-tls-'));
  spawnSync(process.execPath, ['scripts/tls.ts', 'self-signed', '--dir', folder], { cwd: ROOT });
  const files = { TLS_CERT_FILE: join(folder, 'cert.pem'), TLS_KEY_FILE: join(folder, 'key.pem') };
  const door = await startDoor(files);
  try {
    await confirmOffline(await newPhone('es', PHONE, door.url), 'es');
  } finally {
    await door.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

test('when twenty are confirmed without a network and the browser is killed in between, then all are applied once and in order', async () => {
  const courier = await newCourier();
  const deliveries: { id: number; pedido_id: string }[] = [];
  for (let n = 0; n < 20; n += 1) deliveries.push(await newDelivery(courier.api));
  // Not in the order in which they were made.
  const round = [...deliveries.filter((_, n) => n % 2 === 1), ...deliveries.filter((_, n) => n % 2 === 0)];
  const phone = await newPhone('es');
  let page = await logInAtDepot(phone, courier, 'es', [round[0]!.pedido_id]);
  await phone.network.cut();
  for (const [n, { id }] of round.entries()) {
    if (n === 10) {
      await phone.kill();
      page = await phone.open();
    }
    await page.goto(`/confirmar/${id}`);
    await confirm(page, 'es', `Persona ${n}`);
    await page.getByRole('heading', { name: TEXTS.es.guardada }).waitFor();
  }
  await page.goto('/inventario');
  await page.getByRole('heading', { name: 'Esta página necesita conexión' }).waitFor();
  await phone.kill();
  const again = await phone.open();
  await again.goto('/confirmar');
  await again.getByText('Confirmaciones que esperan la red y saldrán solas: 20.').waitFor();
  await phone.network.restore();
  const read = () => Promise.all(round.map(({ id }) => readEntrega(courier.api, id)));
  await until(async () => (await read()).every(({ estado }) => estado === 'ENTREGADA'), 60_000);
  const entregas = await read();
  expect(entregas.map(({ nombre_recibe }) => nombre_recibe)).toEqual(round.map((_, n) => `Persona ${n}`));
  expect(entregas.map((entrega) => confirmationsOf(entrega).length)).toEqual(round.map(() => 1));
  const moments = entregas.map((entrega) => confirmationsOf(entrega)[0]!.momento);
  expect(moments).toEqual(moments.toSorted());
}, 240_000);

test('when the session is ended while somebody signs, then what they typed and drew is there after the next login, and after a kill', async () => {
  const courier = await newCourier();
  const { id, pedido_id } = await newDelivery(courier.api);
  const phone = await newPhone('es');
  const page = await logInAtDepot(phone, courier, 'es', [pedido_id]);
  await page.getByRole('link', { name: pedido_id }).click();
  await page.getByLabel(TEXTS.es.recibe).fill('Ana Pérez');
  await draw(page);
  await page.getByRole('img', { name: 'con una firma dibujada' }).waitFor();
  await page.getByText('En vivo').waitFor();
  // Elsewhere: that ends every other session.
  const changed = { nombre: courier.persona.nombre, contrasena: 'cinco sillas de mimbre' };
  const body = { actual: courier.persona.contrasena, nueva: changed.contrasena };
  await courier.api.call('autorizador', 'POST /contrasena', { body });
  await page.waitForURL('**/acceso/entrar?**');
  await page.getByLabel('Usuario').waitFor();
  expect(await page.getByText('Ana Pérez').count()).toBe(0);
  await logIn(page, changed);

  const isThere = async (where: Page) => {
    await expect.poll(() => where.getByLabel(TEXTS.es.recibe).inputValue()).toBe('Ana Pérez');
    await where.getByRole('img', { name: 'con una firma dibujada' }).waitFor();
    expect(await where.getByRole('button', { name: 'Deshacer' }).isEnabled()).toBe(true);
  };
  await isThere(page);
  await phone.kill();
  await phone.network.cut();
  const again = await phone.open();
  await again.goto('/confirmar');
  await again.getByRole('listitem').filter({ hasText: 'Empezada y sin confirmar' }).getByRole('link').click();
  await isThere(again);
  await phone.network.restore();
  await again.getByRole('button', { name: TEXTS.es.firmar }).click();
  await until(async () => isDelivered(await web.api(changed), id), 40_000);
  await again.goto('/confirmar');
  await again.getByRole('heading', { name: 'Confirmar entrega' }).waitFor();
  expect(await again.getByText('Empezada y sin confirmar').count()).toBe(0);
}, 120_000);

test('when what was kept is refused, then it says why, and can be tried again, looked into and discarded', async () => {
  const courier = await newCourier();
  const { id, pedido_id } = await newDelivery(courier.api);
  const phone = await newPhone('es');
  const page = await logInAtDepot(phone, courier, 'es', [pedido_id]);
  await phone.network.cut();
  await page.goto(`/confirmar/${id}`);
  await confirm(page, 'es');
  await page.getByRole('heading', { name: TEXTS.es.guardada }).waitFor();
  await page.goto('/inventario');
  await page.getByRole('heading', { name: 'Esta página necesita conexión' }).waitFor();
  await expectPresentable(page, 'sin-red');
  await page.getByRole('link', { name: 'Ver mis entregas' }).click();
  const kept = page.getByRole('listitem').filter({ hasText: pedido_id });
  await kept.getByText('Guardada; se firmará y saldrá').waitFor();
  await expectPresentable(page, 'sin-red-pendientes');

  await courier.api.call('logistica', 'POST /entregas/:id/cancelar', { params: { id } });
  await phone.network.restore();
  await kept.getByRole('link', { name: 'Ver la entrega' }).waitFor();
  await expectPresentable(page, 'sin-red-rechazada');
  await kept.getByRole('button', { name: 'Intentar de nuevo' }).click();
  await kept.getByRole('link', { name: 'Ver la entrega' }).waitFor();
  await page.reload();
  await kept.getByRole('link', { name: 'Ver la entrega' }).waitFor();

  await page.getByRole('button', { name: /^Cuenta de/ }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Dejarlas guardadas para mí' }).waitFor();
  await expectAccessible(page);
  await screenshot(page, 'salir-con-trabajo');
  await page.getByRole('button', { name: 'Seguir con la sesión abierta' }).click();
  await kept.getByRole('button', { name: `Descartar ${pedido_id}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Descartar' }).click();
  await kept.waitFor({ state: 'detached' });
  expect((await readEntrega(courier.api, id)).estado).toBe('CANCELADA');
}, 120_000);

test('when everything that the browser stores is read, then nobody is in it: neither while work waits nor after logging out', async () => {
  const courier = await newCourier();
  const [first, second, third] = [
    await newDelivery(courier.api),
    await newDelivery(courier.api),
    await newDelivery(courier.api),
  ];
  const phone = await newPhone('es');
  const page = await logInAtDepot(phone, courier, 'es', [first.pedido_id]);
  await page.goto(`/confirmar/${first.id}`);
  await confirm(page, 'es');
  await until(() => isDelivered(courier.api, first.id), 40_000);
  await phone.network.cut();
  await page.goto(`/confirmar/${second.id}`);
  await confirm(page, 'es');
  await page.getByRole('heading', { name: TEXTS.es.guardada }).waitFor();
  await page.goto(`/confirmar/${third.id}`);
  await page.getByLabel(TEXTS.es.recibe).fill('Ana Pérez');
  await draw(page);

  const nobody = ['Calle 10', 'Ana P', 'data:image', 'stroke', second.pedido_id, third.pedido_id];
  const kept = async (): Promise<string> => {
    const { rows, cached, settings } = await everythingKeptIn(page);
    expect(cached.filter((url) => url.includes('/api/'))).toEqual([]);
    const found = [...rows, ...settings].filter((text) => nobody.some((needle) => text.includes(needle)));
    expect(found).toEqual([]);
    const encrypted = rows.filter((row) => row.includes('"cifrado"'));
    const kinds = encrypted.map((row) => /"clase":"(\w+)"/.exec(row)?.[1] ?? '');
    return kinds.toSorted((one, other) => one.localeCompare(other)).join(' ');
  };
  await expect.poll(kept).toBe('borrador confirmacion entrega entrega usuario');

  await phone.network.restore();
  await page.getByText(TEXTS.es.sinConexion).waitFor({ state: 'detached' });
  await until(() => isDelivered(courier.api, second.id), 40_000);
  await page.getByRole('button', { name: /^Cuenta de/ }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Dejarlas guardadas para mí' }).click();
  await page.getByText('Sesión cerrada.').waitFor();
  await expect.poll(kept).toBe('borrador');
  await logIn(page, courier.persona);
  await page.getByRole('button', { name: /^Cuenta de/ }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Borrarlas y cerrar sesión' }).click();
  await page.getByText('Sesión cerrada.').waitFor();
  await expect.poll(kept).toBe('');
  await phone.kill();
  expect(filesWith(phone.profile, ['Calle 10', 'Ana Pérez'])).toEqual([]);
}, 120_000);

test('when there is a new version, then it is told, and taken up when the courier says so', async () => {
  const files = mkdtempSync(join(tmpdir(), 'medisupply-files-'));
  cpSync(join(ROOT, 'frontend/dist/medisupply/browser'), files, { recursive: true });
  const door = await startDoor({ FRONTEND_DIR: files });
  try {
    const courier = await newCourier();
    const { pedido_id } = await newDelivery(courier.api);
    const phone = await newPhone('es', PHONE, door.url);
    const page = await logInAtDepot(phone, courier, 'es', [pedido_id]);
    await page.getByRole('link', { name: pedido_id }).click();
    await page.getByLabel(TEXTS.es.recibe).fill('Ana Pérez');
    await page.evaluate(`window.isTheSamePage = true`);

    publish(files, 'tema.js', '// Another version.');
    // The service worker looks whenever a page is opened.
    const other = await phone.context.newPage();
    await other.goto('/confirmar');
    await page.getByText('Hay una versión nueva').waitFor();
    expect(await page.evaluate(`window.isTheSamePage`)).toBe(true);
    expect(await textOf(page, 'tema.js')).not.toContain('Another version');

    await page.getByRole('button', { name: 'Actualizar' }).click();
    await expect.poll(() => page.evaluate(`window.isTheSamePage`)).toBeUndefined();
    await expect.poll(() => page.getByLabel(TEXTS.es.recibe).inputValue()).toBe('Ana Pérez');
    expect(await textOf(page, 'tema.js')).toContain('Another version');
    expect(await page.getByText('Hay una versión nueva').count()).toBe(0);
  } finally {
    await door.stop();
    rmSync(files, { recursive: true, force: true });
  }
}, 120_000);

/** A build in which one file has something more at its end. */
function publish(files: string, name: string, more: string): void {
  const path = join(files, name);
  writeFileSync(path, `${readFileSync(path, 'utf8')}\n${more}\n`);
  const manifest = join(files, 'ngsw.json');
  const built = JSON.parse(readFileSync(manifest, 'utf8')) as { hashTable: Record<string, string> };
  built.hashTable[`/${name}`] = createHash('sha1').update(readFileSync(path)).digest('hex');
  writeFileSync(manifest, JSON.stringify(built));
  for (const copy of [path, manifest].flatMap((one) => [`${one}.br`, `${one}.gz`]))
    rmSync(copy, { force: true });
}

const textOf = (page: Page, name: string): Promise<string> =>
  page.evaluate<string>(`fetch('/${name}').then((answer) => answer.text())`);
