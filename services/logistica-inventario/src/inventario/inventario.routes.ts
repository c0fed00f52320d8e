import { z } from 'zod';
import { once } from '@medisupply/shared/db/idempotency';
import { pageReply } from '@medisupply/shared/http/pagination';
import type { Route } from '@medisupply/shared/http/route';
import { reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import {
  ajustarBody,
  crearProductoBody,
  listarProductosQuery,
  producto,
  productoConMovimientos,
  productoParams,
} from '@medisupply/shared/contracts/logistica/inventario';
import { ajustarProducto, consultarProducto, crearProducto, listarProductos } from './productos.ts';

const tag = 'inventario';

export function inventarioRoutes({ database }: Container): Route[] {
  const { unitOfWork, read } = database;
  return [
    userRoute({
      method: 'get',
      path: '/inventario',
      tag,
      summary: 'Lista los productos con sus existencias, los más nuevos primero',
      query: listarProductosQuery,
      responses: { 200: { description: 'Una página; Link lleva a la siguiente', schema: z.array(producto) } },
      handler: async ({ query, request }) => {
        const page = await listarProductos(read, query);
        return pageReply(request, page.next, page.items);
      },
    }),
    userRoute({
      method: 'get',
      path: '/inventario/:id',
      tag,
      summary: 'Un producto con su libro de movimientos',
      params: productoParams,
      responses: { 200: { description: 'El producto', schema: productoConMovimientos } },
      handler: async ({ params }) => reply(200, await consultarProducto(read, params.id)),
    }),
    userRoute({
      method: 'post',
      path: '/inventario',
      tag,
      summary: 'Da de alta un producto',
      roles: ['Admin'],
      idempotent: true,
      body: crearProductoBody,
      example: { sku: 'GUANTE-M', nombre: 'Guantes de nitrilo, talla M', stock: 500, minimo: 50 },
      responses: { 201: { description: 'El producto', schema: producto } },
      handler: ({ body, caller, idempotencyKey }) =>
        unitOfWork.write((tx) =>
          once(tx, idempotencyKey, async () => reply(201, await crearProducto(tx, body, caller))),
        ),
    }),
    userRoute({
      method: 'post',
      path: '/inventario/:id/ajustes',
      tag,
      summary: 'Ajusta las existencias con un movimiento del libro',
      audit: { accion: 'inventario.ajustar', campos: ['cantidad'] },
      roles: ['Admin'],
      idempotent: true,
      params: productoParams,
      body: ajustarBody,
      example: { cantidad: -3, motivo: 'Rotura en almacén' },
      responses: { 201: { description: 'El producto después del ajuste', schema: producto } },
      handler: ({ params, body, caller, idempotencyKey }) =>
        unitOfWork.write((tx) =>
          once(tx, idempotencyKey, async () =>
            reply(201, await ajustarProducto(tx, params.id, body, caller)),
          ),
        ),
    }),
  ];
}
