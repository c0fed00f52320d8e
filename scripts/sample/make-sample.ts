import { randomBytes } from 'node:crypto';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../terminal/user-error.ts';
import type { Gateway } from './gateway.ts';
import type { Ledger } from './ledger.ts';
import type { Muestra } from './sample-data.ts';
import { MENSAJEROS, momentOf, MUESTRAS, PRODUCTOS, signatureOf } from './sample-data.ts';

const APPLIED_MS = 60_000;
const POLL_MS = 200;

interface Mensajero {
  id: number;
  nombre: string;
  contrasena: string;
  gateway: Gateway;
}

/** Through the API alone, as a dispatcher and three couriers would. Every step is noted before the next begins. */
export async function makeSample(admin: Gateway, ledger: Ledger): Promise<readonly Mensajero[]> {
  const mensajeros = await inTurn(MENSAJEROS, (nombre) => newMensajero(admin, ledger, nombre));
  const productos = await inTurn(PRODUCTOS, async (producto) => {
    const { id } = await admin.call('POST', '/logistica/inventario', producto);
    ledger.note('producto', Number(id));
    return Number(id);
  });
  const { motivos } = await admin.call('GET', '/logistica/intentos/motivos');
  const [motivo] = motivos as string[];
  const waiting: { gateway: Gateway; entrega: number }[] = [];
  const toldAt = Date.now();
  for (const [n, muestra] of MUESTRAS.entries()) {
    const mensajero = mensajeros[muestra.mensajero]!;
    const entrega = await create(admin, ledger, muestra, mensajero, productos);
    if (muestra.destino === 'cancelada') await admin.call('POST', `/logistica/entregas/${entrega}/cancelar`);
    if (muestra.destino === 'intento')
      await mensajero.gateway.call('POST', `/logistica/entrega/${entrega}/intento-fallido`, { motivo });
    if (muestra.destino !== 'entregada') continue;
    await deliver(mensajero.gateway, entrega, muestra, momentOf(n, MUESTRAS.length, toldAt));
    waiting.push({ gateway: mensajero.gateway, entrega });
  }
  for (const { gateway, entrega } of waiting) await untilApplied(gateway, entrega);
  return mensajeros;
}

async function newMensajero(admin: Gateway, ledger: Ledger, nombre: string): Promise<Mensajero> {
  const contrasena = randomBytes(9).toString('base64url');
  const { usuario } = await admin.call('POST', '/autorizador/usuarios', {
    nombre,
    contrasena,
    roles: ['Mensajero'],
  });
  const { id } = usuario as { id: number };
  ledger.note('usuario', id);
  const { token } = await admin.call('POST', '/autorizador/login', { nombre, contrasena });
  return { id, nombre, contrasena, gateway: admin.as(String(token)) };
}

async function create(
  admin: Gateway,
  ledger: Ledger,
  { pedido_id, direccion, nombre_recibe, destino, items }: Muestra,
  mensajero: Mensajero,
  productos: readonly number[],
): Promise<number> {
  const { id } = await admin.call('POST', '/logistica/entregas', {
    pedido_id,
    direccion,
    destinatario: nombre_recibe,
    estado: 'EN_CAMINO',
    items: items.map(({ producto, cantidad }) => ({ producto_id: productos[producto], cantidad })),
    ...(destino === 'sin-asignar' ? {} : { asignada_a: mensajero.id }),
  });
  ledger.note('entrega', Number(id));
  return Number(id);
}

async function deliver(
  gateway: Gateway,
  entrega_id: number,
  muestra: Muestra,
  capturado: string,
): Promise<void> {
  const { pedido_id, direccion, nombre_recibe } = muestra;
  const fields = { pedido_id, direccion, nombre_recibe, firma_recibe: signatureOf(nombre_recibe), capturado };
  const { firma } = await gateway.call('POST', '/autorizador/sign-data', {
    payload: { ...fields, entrega_id },
  });
  await gateway.call('POST', `/logistica/entrega/${entrega_id}/confirmar`, {
    ...fields,
    firma_payload: firma,
  });
}

async function untilApplied(gateway: Gateway, entrega: number): Promise<void> {
  const givesUp = Date.now() + APPLIED_MS;
  for (;;) {
    const { estado } = await gateway.call('GET', `/logistica/entrega/${entrega}`);
    if (estado === ESTADO_ENTREGA.entregada) return;
    if (Date.now() > givesUp) throw new UserError(`La entrega ${entrega} sigue en ${String(estado)}`);
    await delay(POLL_MS);
  }
}

async function inTurn<T, R>(list: readonly T[], act: (value: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const value of list) done.push(await act(value));
  return done;
}
