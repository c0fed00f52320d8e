import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Persona } from './browser.ts';
import { expectAccessible, expectPresentable, logIn, screenshot, useWeb } from './browser.ts';

const web = useWeb();

const rowOf = (page: Page, nombre: string) => page.getByRole('row').filter({ hasText: nombre });

async function openActions(page: Page, nombre: string): Promise<void> {
  await page.getByRole('button', { name: `Acciones para ${nombre}` }).click();
}

/** Shown this one time; closes the dialog. */
async function givenPassword(page: Page, nombre: string): Promise<string> {
  await page.getByRole('heading', { name: `Contraseña para ${nombre}` }).waitFor();
  await expectAccessible(page);
  await screenshot(page, 'usuarios-contrasena');
  const contrasena = await page.getByText(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/).innerText();
  await page.getByRole('dialog').getByRole('button', { name: 'Cerrar' }).click();
  return contrasena.trim();
}

async function chooseAnother(page: Page, { nombre, contrasena }: Persona, nueva: string): Promise<void> {
  await page.getByLabel('Usuario').fill(nombre);
  await page.getByLabel('Contraseña', { exact: true }).fill(contrasena);
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.getByLabel('Contraseña nueva').fill(nueva);
  await page.getByRole('button', { name: 'Cambiar contraseña' }).click();
  await page.waitForURL('**/entregas');
}

test('when an administrator deactivates a user, then they are out and cannot log in, until they are activated', async () => {
  const persona = await web.newPersona();
  const theirs = await web.newPage({ as: persona });
  await theirs.goto('/entregas');
  await theirs.getByRole('heading', { name: 'Entregas', level: 1 }).waitFor();

  const page = await web.newPage({ as: web.admin });
  await page.goto('/usuarios');
  await rowOf(page, persona.nombre).waitFor();
  await openActions(page, persona.nombre);
  await page.getByRole('menuitem', { name: 'Desactivar' }).click();
  await page.getByText('Sus sesiones se cierran en 5 segundos').waitFor();
  await expectAccessible(page);
  await screenshot(page, 'usuarios-desactivar');
  await page.getByRole('dialog').getByRole('button', { name: 'Desactivar' }).click();
  await rowOf(page, persona.nombre).getByText('Desactivada').waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expectPresentable(page, 'usuarios');

  await theirs.reload();
  await theirs.waitForURL('**/acceso/entrar**');
  await theirs.getByLabel('Usuario').fill(persona.nombre);
  await theirs.getByLabel('Contraseña', { exact: true }).fill(persona.contrasena);
  await theirs.getByRole('button', { name: 'Entrar' }).click();
  await theirs.getByText('Nombre de usuario o contraseña incorrectos').waitFor();

  await openActions(page, persona.nombre);
  await page.getByRole('menuitem', { name: 'Activar' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Activar' }).click();
  await rowOf(page, persona.nombre).getByText('Activa', { exact: true }).waitFor();
  await logIn(theirs, persona);
});

test('when a role is granted, then it can be used, and the own account is left to others', async () => {
  const persona = await web.newPersona();
  const page = await web.newPage({ as: web.admin });
  await page.goto('/usuarios');
  await openActions(page, persona.nombre);
  await page.getByRole('menuitem', { name: 'Cambiar roles' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: /Usuario/ }).uncheck();
  await dialog.getByText('Debe tener al menos un rol').waitFor();
  expect(await dialog.getByRole('button', { name: 'Continuar' }).isDisabled()).toBe(true);
  await dialog.getByRole('checkbox', { name: /Usuario/ }).check();
  await dialog.getByRole('checkbox', { name: /Administrador/ }).check();
  await expectAccessible(page);
  await screenshot(page, 'usuarios-roles');
  await dialog.getByRole('button', { name: 'Continuar' }).click();
  await page.getByText('De Usuario a Usuario, Administrador.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cambiar roles' }).click();
  await page.getByText(`${persona.nombre} tiene ahora: Usuario, Administrador.`).waitFor();
  await rowOf(page, persona.nombre).getByText('Administrador').waitFor();
  // The oldest of all stands at the end of a list that shows what is in the window.
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, 2_000);
      return rowOf(page, 'admin').getByText('Es usted').count();
    })
    .toBe(1);
  expect(await page.getByRole('button', { name: 'Acciones para admin' }).count()).toBe(0);

  const theirs = await web.newPage({ as: persona });
  await theirs.goto('/usuarios');
  await theirs.getByRole('heading', { name: 'Usuarios', level: 1 }).waitFor();
  await rowOf(theirs, persona.nombre).getByText('Es usted').waitFor();
});

test('when an administrator creates a user, then a one-time password is shown once, and lets them in to choose another', async () => {
  const nombre = `Creada ${process.pid}`;
  const page = await web.newPage({ as: web.admin });
  await page.goto('/usuarios');
  await page.getByRole('button', { name: 'Nuevo usuario' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Usuario').fill('admin');
  await dialog.getByRole('button', { name: 'Crear usuario' }).click();
  await dialog.getByText('Ya existe').waitFor();
  await expectAccessible(page);
  await screenshot(page, 'usuarios-nuevo');
  await dialog.getByLabel('Usuario').fill(nombre);
  await dialog.getByRole('button', { name: 'Crear usuario' }).click();
  const contrasena = await givenPassword(page, nombre);
  await rowOf(page, nombre).waitFor();

  const theirs = await web.newPage();
  await theirs.goto('/acceso/entrar');
  await chooseAnother(theirs, { nombre, contrasena }, 'nueve lunas de barro');
});

test('when a user forgot their password, then an administrator gives another, and the old one is dead', async () => {
  const persona = await web.newPersona();
  const page = await web.newPage({ as: web.admin });
  await page.goto('/usuarios');
  await openActions(page, persona.nombre);
  await page.getByRole('menuitem', { name: 'Dar contraseña' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Dar contraseña' }).click();
  const contrasena = await givenPassword(page, persona.nombre);

  const theirs = await web.newPage();
  await theirs.goto('/acceso/entrar');
  await theirs.getByLabel('Usuario').fill(persona.nombre);
  await theirs.getByLabel('Contraseña', { exact: true }).fill(persona.contrasena);
  await theirs.getByRole('button', { name: 'Entrar' }).click();
  await theirs.getByText('Nombre de usuario o contraseña incorrectos').waitFor();
  await chooseAnother(theirs, { nombre: persona.nombre, contrasena }, 'nueve lunas de barro');
});

test('when somebody without the role asks for the users, then they are told that it is not for them', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/usuarios');
  await page.getByRole('heading', { name: 'No tiene permiso para ver esto' }).waitFor();
});
