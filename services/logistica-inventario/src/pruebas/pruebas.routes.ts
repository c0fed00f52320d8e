import { entregaParams } from '@medisupply/shared/contracts/logistica/entregas';
import { prueba } from '@medisupply/shared/contracts/prueba';
import type { Route } from '@medisupply/shared/http/route';
import { reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { pruebaPara } from './prueba-de-entrega.ts';

const tag = 'pruebas';

/** It is kept as a file under this name. */
export const attachedProof = (entregaId: number) => ({
  'Content-Disposition': `attachment; filename="entrega-${entregaId}.pod.json"`,
});

export function pruebasRoutes(container: Container): Route[] {
  return [
    userRoute({
      method: 'get',
      path: '/entrega/:id/prueba',
      tag,
      summary: 'La prueba de una entrega: un archivo que se comprueba sin la plataforma',
      audit: { accion: 'entrega.prueba' },
      params: entregaParams,
      responses: { 200: { description: 'La prueba sellada', schema: prueba } },
      handler: async ({ params, caller }) =>
        reply(200, await pruebaPara(container, params.id, caller), attachedProof(params.id)),
    }),
  ];
}
