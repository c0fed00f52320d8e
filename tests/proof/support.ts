import { until } from '@medisupply/shared/testing/until';
import { sendFoto, someJpeg } from '../../services/logistica-inventario/test/fotos.ts';
import {
  call,
  createEntrega,
  signedBody,
  someFields,
} from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../support/platform.ts';

export const FOTO = someJpeg();
export const CAPTURADO = '2026-11-25T10:00:00.000Z';

/** A delivered delivery of user 7 that 8 claimed, failed at once and then brought, with two products and a photo. @returns its id */
export async function deliverWithItems(platform: Platform): Promise<number> {
  const admin = platform.token({ id: 1, roles: ['Admin'] });
  const courier = platform.token({ id: 8, roles: ['Mensajero'] });
  const items = [];
  for (const [sku, cantidad] of [
    ['GUANTES', 2],
    ['GASAS', 5],
  ] as const) {
    const product = { sku: `${sku}-${process.hrtime.bigint()}`, nombre: sku, stock: 100 };
    const { body } = await call(platform, 'POST', '/inventario', { as: admin, body: product });
    items.push({ producto_id: body.id as number, cantidad });
  }
  const id = await createEntrega(platform, 7, { items });
  await call(platform, 'POST', `/entregas/${id}/tomar`, { as: courier });
  const intento = { motivo: 'AUSENTE', detalle: 'No abre nadie', capturado: CAPTURADO };
  await call(platform, 'POST', `/entrega/${id}/intento-fallido`, { as: courier, body: intento });
  const { sha256: foto_sha256 } = (await sendFoto(platform, id, FOTO, courier)).body;
  const firma_recibe =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><path d="M5 25L40 5L50 25L85 8"/></svg>';
  const fields = { ...someFields({ firma_recibe }), capturado: CAPTURADO, foto_sha256 };
  const body = await signedBody(platform, id, 8, fields);
  await call(platform, 'POST', `/entrega/${id}/confirmar`, { as: courier, body });
  await until(
    async () => (await call(platform, 'GET', `/entrega/${id}`, { as: admin })).body.estado === 'ENTREGADA',
  );
  return id;
}

/** The file, as it is downloaded. */
export async function proofText(platform: Platform, id: number): Promise<string> {
  const response = await fetch(`${platform.logistica.url}/entrega/${id}/prueba`, {
    headers: { authorization: `Bearer ${platform.token({ id: 1, roles: ['Admin'] })}` },
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return text;
}
