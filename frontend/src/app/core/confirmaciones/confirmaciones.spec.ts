import { ErrorHandler, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ApiError } from '@medisupply/api-client/api-client';
import { addBrowserStorage } from '../../../testing/browser-storage';
import { AutorizadorApi } from '../api/autorizador-api';
import { LogisticaApi } from '../api/logistica-api';
import { Sesion } from '../auth/sesion';
import type { PorEnviar } from './confirmacion-guardada';
import { Confirmaciones } from './confirmaciones';
import { outboxStore } from './outbox-store';

const USER = 7;
/** Expires an hour after it was made. */
const FIRMA = `${btoa(JSON.stringify({ iat: 0, exp: 3_600 }))}..x`;

const confirm = vi.fn<(input: { params: { id: number } }) => Promise<unknown>>();
const handleError = vi.fn<(error: unknown) => void>();

beforeAll(addBrowserStorage);

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // jsdom has no Web Locks: one tab, so nobody to wait for.
  Object.defineProperty(navigator, 'locks', {
    configurable: true,
    value: { request: (_name: string, use: () => unknown) => use() },
  });
  await outboxStore.removeAllOf(USER);
  confirm.mockImplementation(({ params }) =>
    Promise.resolve({ data: { entrega_id: params.id, task_id: 't' } }),
  );
  const usuario = signal({ id: USER });
  TestBed.configureTestingModule({
    providers: [
      { provide: Sesion, useValue: { usuario, isOffline: () => false } },
      { provide: AutorizadorApi, useValue: {} },
      {
        provide: LogisticaApi,
        useValue: { call: (_operation: string, input: { params: { id: number } }) => confirm(input) },
      },
      { provide: ErrorHandler, useValue: { handleError } },
    ],
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetAllMocks();
  vi.useRealTimers();
});

const keep = (entrega_id: number, firma = FIRMA) =>
  outboxStore.put({
    usuario_id: USER,
    entrega_id,
    pedido_id: 'P-1',
    estado: 'por-enviar',
    datos: {
      entrega_id,
      direccion: 'Calle 1',
      nombre_recibe: 'Ana',
      firma_recibe: '<svg/>',
      pedido_id: 'P-1',
    },
    firma,
    pulsada: Date.now(),
    firmada: Date.now(),
    desfase: 0,
    intentos: 0,
    enviada: 0,
    pudoLlegar: false,
    firmadaDeNuevo: false,
  } satisfies PorEnviar);

/** The store answers over several turns of the event loop, and what it encrypts after others' turns. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await crypto.subtle.digest('SHA-256', new Uint8Array());
  }
};

async function start(): Promise<Confirmaciones> {
  const confirmaciones = TestBed.inject(Confirmaciones);
  TestBed.tick();
  await settle();
  return confirmaciones;
}

async function later(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

const seenIn = (confirmaciones: Confirmaciones) => ({
  enviando: confirmaciones.enviando(),
  porEnviar: confirmaciones.porEnviar().map(({ entrega_id }) => entrega_id),
  aceptadas: [...confirmaciones.aceptadas().keys()],
});

test('when sending fails with an error that nobody foresaw, then it is reported, and sent again later', async () => {
  await keep(3);
  confirm.mockRejectedValueOnce(new TypeError('unforeseen'));
  const confirmaciones = await start();
  expect(seenIn(confirmaciones)).toEqual({ enviando: undefined, porEnviar: [3], aceptadas: [] });
  expect(handleError).toHaveBeenCalledExactlyOnceWith(new TypeError('unforeseen'));
  await later(4_000);
  expect(seenIn(confirmaciones)).toEqual({ enviando: undefined, porEnviar: [], aceptadas: [3] });
});

test('when one that is kept cannot be read, then the others go out all the same', async () => {
  await keep(3, 'not a signature');
  await keep(4);
  const confirmaciones = await start();
  expect(seenIn(confirmaciones)).toEqual({ enviando: undefined, porEnviar: [3], aceptadas: [4] });
});

test('when the store of the browser fails, then it is tried again later', async () => {
  await keep(3);
  vi.spyOn(outboxStore, 'listOf').mockRejectedValueOnce(new DOMException('disk', 'UnknownError'));
  const confirmaciones = await start();
  expect(confirm).not.toHaveBeenCalled();
  await later(4_000);
  expect(seenIn(confirmaciones)).toEqual({ enviando: undefined, porEnviar: [], aceptadas: [3] });
});

test('when the server does not answer, then one after the other waits, and the pauses grow', async () => {
  await keep(3);
  await keep(4);
  confirm.mockRejectedValue(new ApiError(0, 'El servicio no responde'));
  const confirmaciones = await start();
  const counts = [confirm.mock.calls.length];
  for (const ms of [4_000, 4_000, 4_000]) {
    await later(ms);
    counts.push(confirm.mock.calls.length);
  }
  expect(counts).toEqual([1, 2, 2, 3]);
  expect(handleError).not.toHaveBeenCalled();
  expect(seenIn(confirmaciones)).toEqual({ enviando: undefined, porEnviar: [3, 4], aceptadas: [] });
});

test('when the server refuses, then it is kept with the reason, and the others go out', async () => {
  await keep(3);
  await keep(4);
  confirm.mockRejectedValueOnce(new ApiError(409, 'Ya fue confirmada'));
  const confirmaciones = await start();
  expect(seenIn(confirmaciones)).toEqual({ enviando: undefined, porEnviar: [], aceptadas: [4] });
  expect(confirmaciones.guardadas()).toMatchObject([
    { entrega_id: 3, estado: 'rechazada', rechazo: { status: 409, message: 'Ya fue confirmada' } },
  ]);
});
