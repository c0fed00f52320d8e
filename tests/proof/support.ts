import { until } from '@medisupply/shared/testing/until';
import { call, createEntrega, signedBody } from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../support/platform.ts';

/** A delivered delivery of user 7 that was given back and claimed, with two products. @returns its id */
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
  const body = await signedBody(platform, id, 8);
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
