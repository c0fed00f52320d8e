import { randomUUID } from 'node:crypto';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { until } from '@medisupply/shared/testing/until';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import type { Persona } from './browser.ts';
import { DESKTOP, PHONE, useWeb } from './browser.ts';
import { draw } from './draw.ts';
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

async function newPhone(idioma: Idioma, viewport = PHONE): Promise<Phone> {
  const phone = new Phone({ network: await networkTo(web.url), viewport, idioma });
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

test.each([
  ['es', 'phone', PHONE],
  ['en', 'desktop', DESKTOP],
] as const)(
  'when the app is opened without a network (%s, %s), then a delivery is confirmed, and it goes out once although the browser was killed',
  async (idioma, _, viewport) => {
    const t = TEXTS[idioma];
    const courier = await newCourier();
    const { id, pedido_id } = await newDelivery(courier.api);
    const phone = await newPhone(idioma, viewport);
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
    await phone.network.restore();
    await until(() => isDelivered(courier.api, id), 40_000);
    const { historial, nombre_recibe } = await readEntrega(courier.api, id);
    expect(nombre_recibe).toBe('Ana Pérez');
    expect(historial.filter(({ estado }) => estado === 'PENDING_SYSTEM_CONFIRMATION')).toHaveLength(1);
    await again.getByText(t.sinConexion).waitFor({ state: 'detached' });
  },
  120_000,
);
