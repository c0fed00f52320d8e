import { expect, test } from 'vitest';
import { expectAccessible, expectPresentable, PHONE, screenshot, useWeb } from './browser.ts';

const web = useWeb();

test('when the tests are run three times, then all pass, and every step shows what was asked and answered', async () => {
  const page = await web.newPage({ as: await web.newPersona() });
  await page.goto('/seguridad');
  await page.getByLabel('Veces').fill('21');
  expect(await page.getByRole('button', { name: 'Ejecutar las pruebas' }).isDisabled()).toBe(true);
  await page.getByLabel('Veces').fill('3');
  await page.getByRole('button', { name: 'Ejecutar las pruebas' }).click();
  await page.getByText('Se cumple todo lo exigido.').waitFor();
  const figures = await page.locator('[data-prueba] dd').allInnerTexts();
  expect(figures.filter((_text, index) => index % 4 < 3)).toEqual(
    Array.from({ length: 4 }, () => ['3', '3', '0']).flat(),
  );

  const changed = page.getByRole('region', { name: 'Datos cambiados' });
  await changed.getByText('Confirmar con otra dirección').click();
  await changed.getByText('Firma no válida').first().waitFor();
  expect(await changed.innerText()).not.toMatch(/Bearer ey/);
  await expectPresentable(page, 'seguridad');
  await screenshot(page, 'seguridad-entera', { full: true });
});

test('when a run is stopped, then it ends, and says how far it came', async () => {
  const page = await web.newPage({ as: await web.newPersona(), viewport: PHONE });
  await page.goto('/seguridad');
  await page.getByLabel('Veces').fill('20');
  await page.getByRole('button', { name: 'Ejecutar las pruebas' }).click();
  await page.getByText(/Van [1-9]\d* de 80/).waitFor();
  await page.getByRole('button', { name: 'Detener' }).click();
  await page.getByText(/Detenida tras \d+ de 80 intentos/).waitFor();
  await expectAccessible(page);
});
