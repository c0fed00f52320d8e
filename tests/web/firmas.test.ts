import { expect, test } from 'vitest';
import { expectPresentable, screenshot, useWeb } from './browser.ts';

const web = useWeb();

test('when data is signed, then the browser verifies it by itself, offline too, and one changed character shows at once', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/firmas');
  await page.getByRole('heading', { name: 'Comprobada en su navegador' }).waitFor();
  await page.getByRole('button', { name: 'Firmar' }).click();
  await page.getByText('Hace falta, con 256 caracteres como máximo.').waitFor();

  await page.getByLabel('Dirección').fill('Calle 10 # 5-20, Bogotá');
  await page.getByLabel('Quien recibe').fill('Ana Pérez');
  await page.getByLabel('Firma dibujada').fill('<svg><path d="M0 0L9 9"/></svg>');
  await page.getByLabel('Pedido').fill('PED-1');
  await page.getByLabel('Entrega', { exact: true }).fill('1');
  await page.getByRole('button', { name: 'Firmar' }).click();
  await page.getByText('La firma es válida').waitFor();
  await page.getByText(/quedan 1[45]:\d\d/).waitFor();
  await expectPresentable(page, 'firmas');
  await screenshot(page, 'firmas-entera', { full: true });
  await page.getByRole('button', { name: 'Preguntar al servidor' }).click();
  await page.getByText('El servidor la da por válida.').waitFor();

  await page.context().setOffline(true);
  const failed = page.locator('.mal');
  const address = page.getByLabel('Dirección');
  await address.fill('Calle 10 # 5-21, Bogotá');
  await page.getByText('La firma no es válida').waitFor();
  expect(await failed.getAttribute('data-comprobacion')).toBe('datos');
  await page.getByText('El servidor la da por válida.').waitFor({ state: 'detached' });
  await address.fill('Calle 10 # 5-20, Bogotá');
  await page.getByText('La firma es válida').waitFor();

  const firma = page.getByLabel('Firma', { exact: true });
  const signed = await firma.inputValue();
  const at = signed.length - 20;
  await firma.fill(signed.slice(0, at) + (signed[at] === 'A' ? 'B' : 'A') + signed.slice(at + 1));
  await page.getByText('La firma no es válida').waitFor();
  expect(await failed.getAttribute('data-comprobacion')).toBe('datos');
  await screenshot(page, 'firmas-no-valida');
  await firma.fill(`${signed}=`);
  await page.locator('.mal[data-comprobacion="forma"]').waitFor();
  await page.context().setOffline(false);

  await page.getByRole('button', { name: 'Preguntar al servidor' }).click();
  await page.getByText('El servidor no la da por válida.').waitFor();
});

test('when JSON with data and a signature is pasted, then it is looked into like any other', async () => {
  const persona = await web.newPersona();
  const api = await web.api(persona);
  const { data } = await api.call('autorizador', 'POST /sign-data', {
    body: {
      payload: {
        direccion: 'Carrera 7 # 12',
        nombre_recibe: 'Luis',
        firma_recibe: '<svg/>',
        pedido_id: 77,
        entrega_id: 9,
      },
    },
  });
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/firmas');
  await page.getByRole('button', { name: 'Pegar un JSON' }).click();
  const box = page.getByLabel('JSON con los datos y la firma');
  await box.fill('{"payload":');
  await page.getByText('No es un JSON con los campos de una entrega.').waitFor();
  await box.fill(JSON.stringify({ payload: data.payload, firma: data.firma }));
  await page.getByText('La firma es válida').waitFor();
  expect(await page.getByLabel('Quien firma').inputValue()).toBe(String(data.usuario_id));
});
