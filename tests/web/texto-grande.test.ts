/** Text at twice its size on a small phone: nothing sideways, nothing that axe finds, on every page. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible, screenshot, useWeb } from './browser.ts';

const web = useWeb();
const SMALL = { width: 360, height: 640 };

const PAGES = [
  '/acceso/entrar',
  '/acceso/registro',
  '/confirmar',
  '/confirmar/:entrega',
  '/entregas',
  '/entregas?sin_asignar=true',
  '/entregas/:entrega',
  '/entregas/nueva',
  '/inventario',
  '/inventario/nuevo',
  '/inventario/:producto',
  '/tareas',
  '/tareas/nueva',
  '/tareas/nueva?tipo=generar_reporte',
  '/tareas/:tarea',
  '/monitor',
  '/firmas',
  '/seguridad',
  '/usuarios',
  '/contrasena',
  '/nada/de/eso',
];

/** A delivery that is confirmed, one that is not, a product and a task: each page has what it shows. */
async function arrange(): Promise<Record<string, number | string>> {
  const api = await web.api(web.admin);
  const { data: producto } = await api.call('logistica', 'POST /inventario', {
    body: {
      sku: `GRANDE-${crypto.randomUUID()}`,
      nombre: 'Guantes de nitrilo sin polvo',
      stock: 10,
      minimo: 20,
    },
  });
  const { data: me } = await api.call('autorizador', 'GET /usuarios', { query: { limite: 200 } });
  const { data: entrega } = await api.call('logistica', 'POST /entregas', {
    body: {
      pedido_id: `PEDIDO-GRANDE-${crypto.randomUUID()}`,
      direccion: 'Avenida Caracas # 39-51, apartamento 402, Teusaquillo, Bogotá',
      estado: 'EN_RUTA',
      asignada_a: me.find(({ nombre }) => nombre === web.admin.nombre)!.id,
      items: [{ producto_id: producto.id, cantidad: 3 }],
    },
  });
  const { data: tarea } = await api.call('logistica', 'POST /tareas', {
    body: { tipo: 'ping_logistica' },
  });
  return { entrega: entrega.id, producto: producto.id, tarea: tarea.task_id };
}

/** As the setting of a browser for the size of text does it: before the app begins. */
const enlarge = (page: Page) =>
  page.addInitScript(`document.addEventListener('readystatechange', () => {
    document.documentElement.style.fontSize = '200%';
  })`);

test.each(['es', 'en'] as const)(
  'when text is twice as large, then every page in %s fits a small phone',
  async (idioma) => {
    const ids = await arrange();
    const found: unknown[] = [];
    for (const path of PAGES) {
      const page = await web.newPage({
        viewport: SMALL,
        idioma,
        ...(path.startsWith('/acceso') ? {} : { as: web.admin }),
      });
      await enlarge(page);
      await page.goto(path.replaceAll(/:(\w+)/g, (_, name: string) => String(ids[name])));
      await page.locator('h1').first().waitFor();
      await expect.poll(() => page.locator('ms-skeleton').count(), { timeout: 20_000 }).toBe(0);
      const wide = await page.evaluate<string[]>(`(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return [];
      return [...document.querySelectorAll('body *')]
        .filter((one) => one.getBoundingClientRect().right > width + 1)
        .map((one) => (one.textContent ?? '').trim().slice(0, 40) + ' ' + one.tagName.toLowerCase() + '.' + one.getAttribute('class') + ' ' + Math.round(one.getBoundingClientRect().right));
    })()`);
      await screenshot(page, `grande-${idioma}-${path.replaceAll(/\W+/g, '-')}`, { full: false });
      if (wide.length > 0) found.push({ path, wide: wide.slice(0, 12) });
      await expectAccessible(page).catch((error: unknown) =>
        found.push({ path, error: String(error).slice(0, 1500) }),
      );
      await page.context().close();
    }
    expect(found).toEqual([]);
  },
  300_000,
);
