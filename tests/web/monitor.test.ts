import { expect, test } from 'vitest';
import { expectPresentable, useWeb } from './browser.ts';

const web = useWeb();

test('when a chart is shown, then it can be read as a table, with the keyboard too', async () => {
  const page = await web.newPage({ as: web.admin });
  await page.goto('/monitor');
  const drawing = page.getByRole('img', { name: 'Gráfico de líneas: Trabajos en espera' });
  await drawing.locator('svg').waitFor();
  await expectPresentable(page, 'monitor');

  await page.getByRole('button', { name: 'Ver como tabla: Trabajos en espera' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: 'logistica' }).waitFor();
  await drawing.waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await drawing.locator('svg').waitFor();
  expect(await page.getByRole('table').count()).toBe(0);
});
