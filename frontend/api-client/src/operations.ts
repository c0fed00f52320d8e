/**
 * Every call of the platform with what goes in and what comes out, derived from the zod schemas of the contracts: types
 * only, so nothing of them reaches the client's bundle. A test compares the operations of every service, and which
 * of `params`, `query` and `body` each takes, with the service's routes.
 */
import type { z } from 'zod';
import type * as autorizador from '@medisupply/shared/contracts/autorizador';
import type { pageQuery } from '@medisupply/shared/contracts/fields';
import type * as enlaces from '@medisupply/shared/contracts/logistica/enlaces';
import type * as entregas from '@medisupply/shared/contracts/logistica/entregas';
import type * as lote from '@medisupply/shared/contracts/logistica/lote';
import type * as inventario from '@medisupply/shared/contracts/logistica/inventario';
import type * as tareas from '@medisupply/shared/contracts/logistica/tareas';
import type * as pruebas from '@medisupply/shared/contracts/prueba';
import type * as actividad from '@medisupply/shared/contracts/monitor/actividad';
import type * as colas from '@medisupply/shared/contracts/monitor/colas';
import type * as estado from '@medisupply/shared/contracts/monitor/estado';
import type * as metricas from '@medisupply/shared/contracts/monitor/metricas';
import type * as ping from '@medisupply/shared/contracts/monitor/ping';
export type { EventData } from '@medisupply/shared/contracts/monitor/eventos';
/** The `result` of a `generar_reporte`. */
export type { Reporte } from '@medisupply/shared/contracts/logistica/reportes';
import type { LiveWorker } from '@medisupply/shared/contracts/monitor/workers';

type In<S extends z.ZodType> = z.input<S>;
/** Answers; `params` and `query` too, which a service takes as text: the client writes them so. */
type Out<S extends z.ZodType> = z.output<S>;
type EntregaParams = Out<typeof entregas.entregaParams>;
type ProductoParams = Out<typeof inventario.productoParams>;
type TareaParams = Out<typeof tareas.tareaParams>;

export interface AutorizadorOperations {
  'POST /signup': { body: In<typeof autorizador.signupBody>; answer: Out<typeof autorizador.signupResponse> };
  'POST /login': { body: In<typeof autorizador.loginBody>; answer: Out<typeof autorizador.loginResponse> };
  'POST /contrasena': {
    body: In<typeof autorizador.contrasenaBody>;
    answer: Out<typeof autorizador.contrasenaResponse>;
  };
  'GET /registro': { answer: Out<typeof autorizador.registroResponse> };
  'POST /token/refresh': {
    body: In<typeof autorizador.refreshBody>;
    answer: Out<typeof autorizador.refreshResponse>;
  };
  'POST /logout': {
    body: In<typeof autorizador.logoutBody>;
    answer: Out<typeof autorizador.messageResponse>;
  };
  'POST /sign-data': {
    body: In<typeof autorizador.signDataBody>;
    answer: Out<typeof autorizador.signDataResponse>;
  };
  'POST /sellar-prueba': {
    body: In<typeof pruebas.sellarPruebaBody>;
    answer: Out<typeof pruebas.sellarPruebaResponse>;
  };
  'POST /validate-signature': {
    body: In<typeof autorizador.validateSignatureBody>;
    answer: Out<typeof autorizador.validateSignatureResponse>;
  };
  'GET /.well-known/jwks.json': { answer: Out<typeof autorizador.jwksResponse> };
  'GET /mensajeros': {
    query?: Out<z.ZodObject<typeof pageQuery>>;
    answer: z.output<typeof autorizador.mensajero>[];
  };
  'GET /usuarios': { query?: Out<z.ZodObject<typeof pageQuery>>; answer: autorizador.Usuario[] };
  'POST /usuarios': {
    body: In<typeof autorizador.crearUsuarioBody>;
    answer: Out<typeof autorizador.crearUsuarioResponse>;
  };
  'POST /usuarios/:id/contrasena': {
    params: { id: number };
    answer: Out<typeof autorizador.darContrasenaResponse>;
  };
  'PATCH /usuarios/:id': {
    params: { id: number };
    body: In<typeof autorizador.modificarUsuarioBody>;
    answer: autorizador.Usuario;
  };
}

export interface LogisticaOperations {
  'POST /entregas': { body: In<typeof entregas.crearEntregaBody>; answer: entregas.EntregaGuardada };
  'POST /entregas/lote': { body: In<typeof lote.crearLoteBody>; answer: lote.LoteCreado };
  'GET /entregas': {
    query?: Out<typeof entregas.listarEntregasQuery>;
    answer: entregas.EntregaGuardada[];
  };
  'GET /entrega/:id': { params: EntregaParams; answer: entregas.EntregaDescifrada };
  'GET /entrega/:id/prueba': { params: EntregaParams; answer: pruebas.Prueba };
  'GET /entrega/:id/enlaces': { params: EntregaParams; answer: enlaces.Enlace[] };
  'POST /entrega/:id/enlaces': {
    params: EntregaParams;
    body: In<typeof enlaces.crearEnlaceBody>;
    answer: enlaces.EnlaceNuevo;
  };
  'DELETE /entrega/:id/enlaces/:enlace_id': {
    params: Out<typeof enlaces.enlaceParams>;
    answer: enlaces.Enlace;
  };
  'POST /seguimiento': { body: In<typeof enlaces.seguimientoBody>; answer: enlaces.Seguimiento };
  'POST /seguimiento/prueba': {
    body: In<typeof enlaces.pruebaDeEnlaceBody>;
    answer: Out<typeof enlaces.pruebaDeEnlace>;
  };
  'POST /entrega/:id/confirmar': {
    params: EntregaParams;
    body: In<typeof entregas.confirmarEntregaBody>;
    answer: entregas.ConfirmacionAceptada;
  };
  'POST /entrega/:id/foto': { params: EntregaParams; body: Blob; answer: entregas.FotoGuardada };
  'GET /entrega/:id/foto': { params: EntregaParams; answer: Blob };
  'POST /entrega/:id/intento-fallido': {
    params: EntregaParams;
    body: In<typeof entregas.intentoFallidoBody>;
    answer: entregas.IntentoRegistrado;
  };
  'GET /intentos/motivos': { answer: Out<typeof entregas.motivosDeIntento> };
  'POST /entregas/orden': {
    body: In<typeof entregas.ordenarEntregasBody>;
    answer: Out<typeof entregas.entregasOrdenadas>;
  };
  'POST /entregas/:id/tomar': { params: EntregaParams; answer: entregas.EntregaGuardada };
  'POST /entregas/:id/soltar': { params: EntregaParams; answer: entregas.EntregaGuardada };
  'POST /entregas/:id/cancelar': { params: EntregaParams; answer: entregas.EntregaGuardada };
  'GET /inventario': {
    query?: Out<typeof inventario.listarProductosQuery>;
    answer: inventario.Producto[];
  };
  'GET /inventario/:id': { params: ProductoParams; answer: inventario.ProductoConMovimientos };
  'POST /inventario': { body: In<typeof inventario.crearProductoBody>; answer: inventario.Producto };
  'POST /inventario/:id/ajustes': {
    params: ProductoParams;
    body: In<typeof inventario.ajustarBody>;
    answer: inventario.Producto;
  };
  'GET /tareas': {
    query?: Out<typeof tareas.listarTareasQuery>;
    answer: Out<typeof tareas.listaTareas>;
  };
  'POST /tareas': { body: In<typeof tareas.encolarTareaBody>; answer: tareas.TareaEncolada };
  'GET /tareas/:task_id': { params: TareaParams; answer: tareas.TareaDetalle };
  'GET /tarea/:task_id': { params: TareaParams; answer: tareas.TareaDetalle };
  'DELETE /tareas/:task_id': { params: TareaParams; answer: tareas.TareaDetalle };
  'POST /tareas/:task_id/reintentar': { params: TareaParams; answer: tareas.TareaEncolada };
  'GET /reportes/:task_id.csv': { params: TareaParams; answer: string };
}

/** As the gateway names them: `/api/v1/monitor/status` is the service's `/monitor/status`. */
export interface MonitorOperations {
  'GET /status': { answer: estado.Estado };
  'GET /queue': { answer: Out<typeof colas.respuestaColas> };
  'GET /workers': { answer: { workers: LiveWorker[]; total_workers: number; timestamp: string } };
  'GET /ping-logistica': { answer: ping.Ping };
  'GET /logistica-status': { answer: ping.EstadoLogistica };
  'GET /metricas': {
    query?: Out<typeof metricas.metricasQuery>;
    answer: metricas.Metricas;
  };
  'GET /actividad': {
    query?: Out<typeof actividad.actividadQuery>;
    answer: Out<typeof actividad.listaActividad>;
  };
}

export interface Operations {
  autorizador: AutorizadorOperations;
  logistica: LogisticaOperations;
  monitor: MonitorOperations;
}

export type ServiceName = keyof Operations;

/** What can be passed to a call, apart from what every call takes. */
export interface OperationShape {
  params?: Record<string, string | number>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  answer: unknown;
}
