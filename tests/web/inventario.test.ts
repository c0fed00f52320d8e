import { randomUUID } from 'node:crypto';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { expect, test } from 'vitest';
import { expectPresentable, PHONE, useWeb } from './browser.ts';

const web = useWeb();

async function newProduct(api: ApiClient, producto: { stock: number; minimo?: number; nombre?: string }) {
  const sku = `WEB-${randomUUID().slice(0, 8)}`;
  const body = { sku, nombre: `Guantes ${sku}`, ...producto };
  return (await api.call('logistica', 'POST /inventario', { body })).data;
}

test('when an administrator creates a product, then the list, its page and its ledger have it', async () => {
  const page = await web.newPage({ as: web.admin });
  await page.goto('/inventario');
  await page.getByRole('link', { name: 'Nuevo producto' }).first().click();
  await page.getByRole('heading', { name: 'Nuevo producto' }).waitFor();
  await expectPresentable(page, 'inventario-nuevo');

  await page.getByRole('button', { name: 'Crear producto' }).click();
  await page.getByText('Escriba un nombre').waitFor();
  const nombre = `Jeringas ${randomUUID().slice(0, 8)}`;
  await page.getByLabel('Nombre').fill(nombre);
  await page.getByLabel('SKU').fill('con espacio');
  await page.getByLabel('Existencias iniciales').fill('20');
  await page.getByLabel('Mínimo').fill('20');
  await page.getByRole('button', { name: 'Crear producto' }).click();
  expect(await page.getByLabel('SKU').getAttribute('aria-invalid')).toBe('true');

  const { sku: taken } = await newProduct(await web.api(web.admin), { stock: 1 });
  await page.getByLabel('SKU').fill(taken);
  await page.getByRole('button', { name: 'Crear producto' }).click();
  await page.getByText('Use otro SKU').waitFor();
  await page
    .getByRole('alert')
    .filter({ hasText: `Ya existe un producto con el SKU ${taken}` })
    .waitFor();

  await page.getByLabel('SKU').fill(`${taken}-B`);
  await page.getByRole('button', { name: 'Crear producto' }).click();
  await page.getByRole('heading', { name: nombre }).waitFor();
  await page.getByText('Quedan pocas').waitFor();
  await page.getByRole('row').filter({ hasText: 'Existencias iniciales' }).getByText('+20').waitFor();

  await page.getByRole('link', { name: 'Inventario' }).last().click();
  await page.getByRole('searchbox', { name: 'Buscar por nombre o SKU' }).fill(nombre);
  await page.waitForURL(/buscar=Jeringas/);
  await page.reload();
  await page.getByRole('link', { name: nombre }).waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
});

test('when stock is adjusted, then the ledger has one row for two clicks, and too much is refused at its field', async () => {
  const producto = await newProduct(await web.api(web.admin), { stock: 10, minimo: 2 });
  const page = await web.newPage({ as: web.admin });
  await page.goto(`/inventario/${producto.id}`);
  await page.getByRole('radio', { name: 'Salen' }).check();
  await page.getByLabel('Cantidad').fill('3');
  await page.getByText('Quedarán 7 disponibles.').waitFor();
  await page.getByLabel('Motivo').fill('Rotura en almacén');
  await page.getByRole('button', { name: 'Anotar ajuste' }).dblclick();
  const broken = page.getByRole('row').filter({ hasText: 'Rotura en almacén' });
  await broken.getByText('−3').waitFor();
  await page.getByText('Ajuste anotado en el libro.').waitFor();
  expect(await broken.count()).toBe(1);
  expect(await broken.innerText()).toMatch(/Usted\s+−3\s+7/);

  await page.getByRole('radio', { name: 'Salen' }).check();
  await page.getByLabel('Cantidad').fill('8');
  await page.getByLabel('Motivo').fill('Recuento');
  await page.getByRole('button', { name: 'Anotar ajuste' }).click();
  await page.getByText('Lo disponible no alcanza').waitFor();
  expect(await page.getByLabel('Cantidad').getAttribute('aria-invalid')).toBe('true');
  const refusal = page.getByRole('alert').filter({ hasText: 'en negativo: disponibles 7' });
  await refusal.getByText('Código para soporte').waitFor();
  await expectPresentable(page, 'inventario-producto');
});

test('when a delivery reserves a product, then whoever looks at it sees it at once, and cannot write', async () => {
  const api = await web.api(web.admin);
  const producto = await newProduct(api, { stock: 5 });
  const page = await web.newPage({ as: await web.newCourier(), viewport: PHONE });
  const connected = page.waitForResponse('**/api/v1/monitor/eventos');
  await page.goto(`/inventario/${producto.id}`);
  await page.getByText('Los ajustes los hacen los administradores.').waitFor();
  await connected;
  await api.call('logistica', 'POST /entregas', {
    body: {
      direccion: 'Calle 1',
      estado: 'EN_RUTA',
      pedido_id: randomUUID(),
      items: [{ producto_id: producto.id, cantidad: 4 }],
    },
  });
  await page.locator('dl div').filter({ hasText: 'Disponibles' }).getByText('1', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Anotar ajuste' }).count()).toBe(0);

  await page.goto('/inventario/nuevo');
  await page.getByRole('heading', { name: 'No tiene permiso para ver esto' }).waitFor();
});

test('when products are listed, then the page is presentable; one that does not exist says so', async () => {
  const api = await web.api(web.admin);
  await newProduct(api, { nombre: 'Guantes de nitrilo, talla M', stock: 12_500, minimo: 100 });
  await newProduct(api, { nombre: 'Suero fisiológico 500 ml', stock: 40, minimo: 60 });
  await newProduct(api, { nombre: 'Mascarillas quirúrgicas, caja de 50', stock: 0, minimo: 10 });
  const page = await web.newPage({ as: web.admin });
  await page.goto('/inventario');
  await page.getByRole('link', { name: 'Guantes de nitrilo, talla M' }).first().waitFor();
  await expectPresentable(page, 'inventario');
  await page.goto('/inventario?buscar=nada-que-se-llame-asi');
  await page.getByRole('heading', { name: 'Ningún producto coincide' }).waitFor();
  await page.goto('/inventario/999999');
  await page.getByRole('alert').filter({ hasText: 'Producto no encontrado' }).waitFor();
});
