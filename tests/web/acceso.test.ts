import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  expectAccessible,
  expectPresentable,
  expectTranslated,
  logIn,
  PHONE,
  screenshot,
  useWeb,
} from './browser.ts';

const web = useWeb();

test('when someone registers, then they are in; a reload keeps the session, and logging out ends it', async () => {
  const page = await web.newPage();
  await page.goto('/inventario');
  await page.waitForURL('**/acceso/entrar?volver=%2Finventario');
  await page.getByRole('link', { name: 'Cree una' }).click();
  // Both pages have the same labels.
  await page.getByRole('heading', { name: 'Crear cuenta' }).waitFor();

  const nombre = `Nueva ${process.pid}`;
  await page.getByLabel('Usuario').fill(nombre);
  await page.getByLabel('Contraseña', { exact: true }).fill('cuatro tazas sin asa');
  await page.getByText('Muy buena').waitFor();
  await page.getByRole('button', { name: 'Crear cuenta' }).click();
  // The page that was asked for first.
  await page.waitForURL('**/inventario');
  await page.getByRole('heading', { name: 'Inventario', level: 1 }).waitFor();

  await page.reload();
  await page.getByRole('heading', { name: 'Inventario', level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/inventario');
  const stored = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
  );
  expect(stored).not.toMatch(/eyJ/);

  await page.getByRole('button', { name: `Cuenta de ${nombre}` }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).click();
  await page.getByText('Sesión cerrada.').waitFor();
  await page.goto('/inventario');
  await page.waitForURL('**/acceso/entrar?volver=%2Finventario');
});

// An open page that learns of the end by itself, before it is reloaded, says the reason along with it.
const OUT_OF_TAREAS = /\/acceso\/entrar\?(motivo=terminada&)?volver=%2Ftareas$/;

test('when someone logs out everywhere, then their other browsers are out as well', async () => {
  const persona = await web.newPersona();
  const phone = await web.newPage({ as: persona, viewport: PHONE });
  const desktop = await web.newPage({ as: persona });
  await phone.goto('/tareas');
  await phone.getByRole('heading', { name: 'Tareas', level: 1 }).waitFor();
  await desktop.goto('/tareas');

  await desktop.getByRole('button', { name: `Cuenta de ${persona.nombre}` }).click();
  await desktop.getByRole('menuitem', { name: 'Cerrar sesión en todas partes' }).click();
  await desktop.getByRole('button', { name: 'Cerrar sesión en todas partes' }).click();
  await desktop.getByText('Sesión cerrada.').waitFor();

  await phone.reload();
  await phone.waitForURL(OUT_OF_TAREAS);
});

test('when two tabs of a browser are reloaded at once, then both stay in', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/entregas');
  await page.getByRole('heading', { name: 'Entregas', level: 1 }).waitFor();
  const other = await page.context().newPage();
  await other.goto('/firmas');
  await Promise.all([page.reload(), other.reload()]);
  await page.getByRole('heading', { name: 'Entregas', level: 1 }).waitFor();
  await other.getByRole('heading', { name: 'Firmas', level: 1 }).waitFor();
});

test('when a page is reloaded again and again while it loads, then it stays in', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/entregas');
  await page.getByRole('heading', { name: 'Entregas', level: 1 }).waitFor();
  for (let n = 0; n < 4; n += 1) {
    const renewing = page.waitForRequest('**/token/refresh');
    const reloading = page.reload({ waitUntil: 'commit' });
    await Promise.all([renewing, reloading]);
  }
  await page.getByRole('heading', { name: 'Entregas', level: 1 }).waitFor();
});

test('when the password is wrong, then the refusal stands by the form, with its code', async () => {
  const persona = await web.newPersona();
  const page = await web.newPage();
  await page.goto('/acceso/entrar');
  await page.getByLabel('Usuario').fill(persona.nombre);
  await page.getByLabel('Contraseña', { exact: true }).fill('no es esta frase');
  await page.getByRole('button', { name: 'Entrar' }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'Nombre de usuario o contraseña incorrectos' });
  await alert.getByText('Código para soporte').waitFor();
  await expectAccessible(page);
  await screenshot(page, 'acceso-rechazado');
  await page.getByLabel('Contraseña', { exact: true }).fill(persona.contrasena);
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL('**/entregas');
});

const NUEVA = 'siete faroles de papel';

async function changeTo(page: Page, nueva: string): Promise<void> {
  await page.getByLabel('Contraseña nueva').fill(nueva);
  await page.getByRole('button', { name: 'Cambiar contraseña' }).click();
}

test('when somebody changes their password, then it counts, they stay in, and their other browsers are out', async () => {
  const persona = await web.newPersona();
  const phone = await web.newPage({ as: persona, viewport: PHONE });
  await phone.goto('/tareas');
  await phone.getByRole('heading', { name: 'Tareas', level: 1 }).waitFor();
  const page = await web.newPage({ as: persona });
  await page.goto('/entregas');
  await page.getByRole('button', { name: `Cuenta de ${persona.nombre}` }).click();
  await page.getByRole('menuitem', { name: 'Cambiar contraseña' }).click();
  await page.getByRole('heading', { name: 'Cambiar contraseña', level: 1 }).waitFor();
  await expectPresentable(page, 'contrasena');

  await page.getByLabel('Contraseña actual').fill('no es esta frase');
  await changeTo(page, NUEVA);
  await page.getByText('No es correcta').waitFor();
  await expectAccessible(page);
  await page.getByLabel('Contraseña actual').fill(persona.contrasena);
  await changeTo(page, 'password123');
  await page.getByText('Demasiado común').waitFor();
  await changeTo(page, NUEVA);
  await page.getByText('Contraseña cambiada.').waitFor();
  await page.waitForURL('**/entregas');
  await page.reload();
  await page.getByRole('heading', { name: 'Entregas', level: 1 }).waitFor();

  await phone.reload();
  await phone.waitForURL(OUT_OF_TAREAS);
  await logIn(phone, { nombre: persona.nombre, contrasena: NUEVA });
});

test('when an administrator gave a one-time password, then another one is chosen before anything else', async () => {
  const persona = await web.newPersona();
  const api = await web.api(web.admin);
  const { data: usuarios } = await api.call('autorizador', 'GET /usuarios', {});
  const { id = 0 } = usuarios.find(({ nombre }) => nombre === persona.nombre) ?? {};
  const { data } = await api.call('autorizador', 'POST /usuarios/:id/contrasena', { params: { id } });

  const page = await web.newPage();
  await page.goto('/acceso/contrasena');
  await page.waitForURL('**/acceso/entrar');
  await page.goto('/inventario');
  await page.getByLabel('Usuario').fill(persona.nombre);
  await page.getByLabel('Contraseña', { exact: true }).fill(data.contrasena);
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.getByText('Entró con una contraseña de un solo uso.').waitFor();
  expect(await page.getByLabel('Contraseña actual').count()).toBe(0);
  await expectPresentable(page, 'contrasena-de-un-solo-uso');
  await changeTo(page, NUEVA);
  await page.waitForURL('**/inventario');
  await page.getByRole('heading', { name: 'Inventario', level: 1 }).waitFor();
});

test.each([
  ['closed', 'cerrado', 'El registro está cerrado.'],
  ['for an administrator to approve', 'aprobado', 'Un administrador debe aprobar la cuenta'],
] as const)('when signing up is %s, then the pages say so', async (_what, registro, said) => {
  const page = await web.newPage();
  await page.route('**/api/v1/autorizador/registro', (route) =>
    route.fulfill({ json: { registro, primer_acceso: false } }),
  );
  await page.goto('/acceso/entrar');
  await page.getByRole('heading', { name: 'Entrar' }).waitFor();
  await page.waitForLoadState('networkidle');
  expect(await page.getByRole('link', { name: 'Cree una' }).count()).toBe(registro === 'cerrado' ? 0 : 1);
  await page.goto('/acceso/registro');
  await page.getByText(said).waitFor();
  expect(await page.getByLabel('Usuario').count()).toBe(registro === 'cerrado' ? 0 : 1);
  await expectAccessible(page);
});

test('when an account has to be approved, then who signed up is told, and not logged in', async () => {
  const page = await web.newPage();
  await page.route('**/api/v1/autorizador/signup', (route) =>
    route.fulfill({
      status: 201,
      json: { mensaje: '', usuario: { id: 1, nombre: 'Ana', roles: ['usuario'], activo: false } },
    }),
  );
  await page.goto('/acceso/registro');
  await page.getByLabel('Usuario').fill('Ana');
  await page.getByLabel('Contraseña', { exact: true }).fill('cuatro tazas sin asa');
  await page.getByRole('button', { name: 'Crear cuenta' }).click();
  await page.getByText('Podrá entrar cuando un administrador la apruebe.').waitFor();
  expect(new URL(page.url()).pathname).toBe('/acceso/entrar');
});

test('when a name is taken or a password is common, then the field says so', async () => {
  const page = await web.newPage();
  await page.goto('/acceso/registro');
  await page.getByLabel('Usuario').fill('admin');
  await page.getByLabel('Contraseña', { exact: true }).fill('password123');
  await page.getByRole('button', { name: 'Crear cuenta' }).click();
  await page.getByText('Demasiado común').waitFor();
  await page.getByLabel('Contraseña', { exact: true }).fill('cuatro tazas sin asa');
  await page.getByRole('button', { name: 'Crear cuenta' }).click();
  await page.getByText('Ya existe').waitFor();
  await expectAccessible(page);
  await screenshot(page, 'registro-rechazado');
});

test('when a page is only for administrators, then others are told, and administrators see it', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/usuarios');
  await page.getByRole('heading', { name: 'No tiene permiso para ver esto' }).waitFor();
  const adminPage = await web.newPage();
  await adminPage.goto('/usuarios');
  await logIn(adminPage, web.admin);
  await adminPage.getByRole('heading', { name: 'Usuarios', level: 1 }).waitFor();
});

test('when the API is away at start, then the session is neither lost nor taken for granted', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.route('**/api/v1/autorizador/token/refresh', (route) => route.abort());
  await page.goto('/tareas');
  await page.getByRole('heading', { name: 'No hay conexión' }).waitFor();
  await expectAccessible(page);
  await page.unroute('**/api/v1/autorizador/token/refresh');
  await page.getByRole('button', { name: 'Reintentar' }).click();
  await page.waitForURL('**/tareas');
});

test('when English is chosen, then everything is English at once, and stays so', async () => {
  const page = await web.newPage();
  await page.goto('/acceso/entrar');
  await page.getByRole('button', { name: 'EN, English' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  expect([await page.title(), await page.locator('html').getAttribute('lang')]).toEqual([
    'Log in · MediSupply',
    'en',
  ]);
  await expectTranslated(page);
});

test('when a theme is chosen, then it is kept, whatever the system says', async () => {
  const page = await web.newPage({ theme: 'light' });
  await page.goto('/acceso/entrar');
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const light = await background();
  await page.getByRole('button', { name: 'Cambiar a claro' }).click();
  await page.getByRole('button', { name: 'Cambiar a oscuro' }).click();
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.reload();
  await page.getByRole('heading', { name: 'Entrar' }).waitFor();
  expect(await background()).toBe(dark);
});

test.each([
  ['entrar', 'Entrar'],
  ['registro', 'Crear cuenta'],
])('when %s is opened, then it is presentable', async (name, heading) => {
  const page = await web.newPage();
  await page.goto(`/acceso/${name}`);
  await page.getByRole('heading', { name: heading }).waitFor();
  await expectPresentable(page, name);
});

test('when the frame is seen, then it is presentable, with what a phone keeps behind a button', async () => {
  const page = await web.newPage({ as: web.admin });
  await page.goto('/no-existe');
  await page.getByRole('heading', { name: 'Aquí no hay nada' }).waitFor();
  await expectPresentable(page, 'marco');
  await page.getByRole('button', { name: 'Cuenta de admin' }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión', exact: true }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'Más' }).click();
  await page.getByRole('link', { name: 'Usuarios' }).waitFor();
  await expectAccessible(page);
  await screenshot(page, 'marco-mas-phone');
  await page.getByRole('link', { name: 'Usuarios' }).click();
  await page.waitForURL('**/usuarios');
});

test('when the login page loads for the first time, then at most 200 kB travel', async () => {
  const page = await web.newPage();
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto('/acceso/entrar', { waitUntil: 'networkidle' });
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(200_000);
});

test.each([
  ['es', 'Primera vez'],
  ['en', 'First time'],
] as const)(
  'when admin still has the first password, then the page in %s says where it lies',
  async (idioma, said) => {
    const page = await web.newPage({ idioma });
    await page.goto('/acceso/entrar');
    await page.getByText(said).waitFor();
    await page.getByText('.data/secrets/admin_contrasena').waitFor();
    await expectPresentable(page, `acceso-primera-vez-${idioma}`);
    await page.route('**/api/v1/autorizador/registro', (route) =>
      route.fulfill({ json: { registro: 'abierto', primer_acceso: false } }),
    );
    const asked = page.waitForResponse('**/api/v1/autorizador/registro');
    await page.reload();
    await asked;
    await page.getByText(said).waitFor({ state: 'detached' });
  },
);
