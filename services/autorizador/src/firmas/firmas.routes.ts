import {
  signDataBody,
  signDataResponse,
  validateSignatureBody,
  validateSignatureResponse,
} from '@medisupply/shared/contracts/autorizador';
import { sellarPruebaBody, sellarPruebaResponse } from '@medisupply/shared/contracts/prueba';
import { isoTime } from '@medisupply/shared/contracts/fields';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply, serviceRoute, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { firmarDatos } from './firmar-datos.ts';
import { sellarPrueba } from './sellar-prueba.ts';
import { validarFirma } from './validar-firma.ts';

const EXAMPLE = {
  direccion: 'Calle 10 # 5-20, Bogotá',
  nombre_recibe: 'Ana Pérez',
  firma_recibe: '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L9 9"/></svg>',
  pedido_id: 'PED-1',
  entrega_id: 1,
};

export function firmasRoutes(container: Container): Route[] {
  return [
    userRoute({
      method: 'post',
      path: '/sign-data',
      summary: 'Firma los datos de una entrega (15 minutos de validez)',
      tag: 'firmas',
      body: signDataBody,
      example: { payload: EXAMPLE },
      responses: { 200: { description: 'Los datos y su firma', schema: signDataResponse } },
      handler: async ({ body, caller }) => {
        const { payload, firma, momento } = await firmarDatos(container, body.payload, caller.usuario_id);
        return reply(200, { payload, firma, usuario_id: caller.usuario_id, timestamp: isoTime(momento) });
      },
    }),
    callerRoute({
      method: 'post',
      path: '/validate-signature',
      summary: 'Dice si una firma corresponde a los datos de una entrega',
      tag: 'firmas',
      scopes: ['firmas'],
      body: validateSignatureBody,
      example: { payload: { ...EXAMPLE, usuario_id: 1 }, firma: 'eyJhbGciOiJFZERTQSJ9..c2ln' },
      responses: { 200: { description: 'El resultado', schema: validateSignatureResponse } },
      handler: ({ body, caller }) => {
        const { payload, verification, momento } = validarFirma(container, body.payload, body.firma, caller);
        return reply(200, {
          payload,
          firma: body.firma,
          timestamp: isoTime(momento),
          firma_valida: verification.valid,
          ...(verification.valid ? {} : { motivo: verification.motivo }),
        });
      },
    }),
    serviceRoute({
      method: 'post',
      path: '/sellar-prueba',
      summary: 'Sella la prueba de una entrega, si su firma corresponde a los datos',
      tag: 'firmas',
      scopes: ['pruebas'],
      body: sellarPruebaBody,
      responses: { 200: { description: 'La prueba sellada', schema: sellarPruebaResponse } },
      handler: async ({ body }) => reply(200, { prueba: await sellarPrueba(container, body.prueba) }),
    }),
  ];
}
