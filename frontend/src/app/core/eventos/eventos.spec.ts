import type { DestroyRef } from '@angular/core';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Sesion } from '../auth/sesion';
import { Eventos } from './eventos';

const evento = (id: string) =>
  `id: ${id}\nevent: entrega\ndata: ${JSON.stringify({ id, tipo: 'aplicada', entrega_id: 3 })}\n\n`;

interface Connection {
  headers: Headers;
  send(text: string): void;
  end(): void;
}

let connections: Connection[];
let refuseNext: number[];
let sesion: {
  token: string;
  isSignedIn: () => boolean;
  usuario: () => { id: number };
  renovar: () => Promise<boolean>;
};
let destroy: () => void;
let seen: string[];
const isSignedIn = signal(true);
const usuario = signal({ id: 1 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  connections = [];
  refuseNext = [];
  seen = [];
  isSignedIn.set(true);
  usuario.set({ id: 1 });
  sesion = {
    token: 'one',
    isSignedIn,
    usuario,
    renovar: vi.fn<() => Promise<boolean>>(() => {
      sesion.token = 'two';
      return Promise.resolve(true);
    }),
  };
  vi.stubGlobal('fetch', fakeFetch);
  TestBed.configureTestingModule({ providers: [{ provide: Sesion, useValue: sesion }] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function fakeFetch(_url: string, init: RequestInit): Promise<Response> {
  const status = refuseNext.shift() ?? 200;
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (started) => void (controller = started) });
  init.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
  connections.push({
    headers: new Headers(init.headers),
    send: (text) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
  });
  return Promise.resolve(new Response(status === 200 ? body : null, { status }));
}

function listen(): Eventos {
  const eventos = TestBed.inject(Eventos);
  const destroyRef = {
    onDestroy: (callback: () => void) => ((destroy = callback), () => undefined),
  } as DestroyRef;
  eventos.escuchar('entrega', ({ id }) => seen.push(id), destroyRef);
  TestBed.tick();
  return eventos;
}

/** Streams are read over several turns of the event loop. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('when nobody listens, then nothing is asked', () => {
  const eventos = TestBed.inject(Eventos);
  TestBed.tick();
  expect([eventos.estado(), connections.length]).toEqual(['apagado', 0]);
});

test('when somebody listens, then events arrive; when nobody does any more, then the stream is closed', async () => {
  const eventos = listen();
  expect(eventos.estado()).toBe('conectando');
  await settle();
  connections[0]?.send(evento('7-0'));
  await settle();
  expect([eventos.estado(), seen, connections[0]?.headers.get('authorization')]).toEqual([
    'conectado',
    ['7-0'],
    'Bearer one',
  ]);
  destroy();
  TestBed.tick();
  await settle();
  expect([eventos.estado(), connections.length]).toEqual(['apagado', 1]);
});

test('when the stream is cut, then it says so, and goes on where it was', async () => {
  const eventos = listen();
  await settle();
  connections[0]?.send(evento('7-0'));
  await settle();
  connections[0]?.end();
  await settle();
  expect(eventos.estado()).toBe('cortado');
  await vi.advanceTimersByTimeAsync(500);
  await settle();
  expect([eventos.estado(), connections[1]?.headers.get('last-event-id')]).toEqual(['conectado', '7-0']);
});

test.each(['\n', '\r\n', '\r'])(
  'when the stream comes in single characters, with %j as its line break, then the same events arrive',
  async (lineBreak) => {
    listen();
    await settle();
    const data = `data: {"id":"8-0",\ndata:"tipo":"aplicada"}`;
    const stream = `retry: 2000\n\n: latido\n\n${evento('7-0')}id: 8-0\nevent: entrega\n${data}\n\nevent: otro\ndata: 1\n\n: `;
    for (const character of stream.replaceAll('\n', lineBreak)) connections[0]?.send(character);
    await expect.poll(() => seen).toEqual(['7-0', '8-0']);
  },
);

test('when an event has not come completely, then no listener gets it, and it is asked for again', async () => {
  listen();
  await settle();
  connections[0]?.send(`${evento('7-0')}${evento('8-0').slice(0, -1)}`);
  await settle();
  connections[0]?.end();
  await settle();
  await vi.advanceTimersByTimeAsync(500);
  await settle();
  expect([seen, connections[1]?.headers.get('last-event-id')]).toEqual([['7-0'], '7-0']);
});

test('when a heartbeat has an id, then the stream is resumed from there', async () => {
  listen();
  await settle();
  connections[0]?.send(`${evento('7-0')}: latido\nid: 2000-0\n\n`);
  await settle();
  connections[0]?.end();
  await settle();
  await vi.advanceTimersByTimeAsync(500);
  await settle();
  expect(connections[1]?.headers.get('last-event-id')).toBe('2000-0');
});

test('when the browser goes offline, then it says so at once, and tries again as soon as it is back', async () => {
  const eventos = listen();
  await settle();
  dispatchEvent(new Event('offline'));
  await settle();
  expect(eventos.estado()).toBe('cortado');
  dispatchEvent(new Event('online'));
  await settle();
  expect([eventos.estado(), connections.length]).toEqual(['conectado', 2]);
});

test('when the token is refused, then it is renewed and the stream opened with the new one', async () => {
  refuseNext = [401];
  const eventos = listen();
  await settle();
  await vi.advanceTimersByTimeAsync(500);
  await settle();
  expect([eventos.estado(), connections[1]?.headers.get('authorization')]).toEqual([
    'conectado',
    'Bearer two',
  ]);
});

test('when it fails again and again, then the pauses grow', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  refuseNext = [503, 503, 503, 503];
  listen();
  await settle();
  const counts: number[] = [];
  for (const ms of [500, 1_000, 2_000, 3_999]) {
    await vi.advanceTimersByTimeAsync(ms);
    await settle();
    counts.push(connections.length);
  }
  expect(counts).toEqual([2, 3, 4, 4]);
});

test('when the stream says nothing for too long, then it is opened anew', async () => {
  listen();
  await settle();
  await vi.advanceTimersByTimeAsync(45_000);
  await settle();
  await vi.advanceTimersByTimeAsync(500);
  await settle();
  expect(connections).toHaveLength(2);
});

test('when the server ends it because the session expired, then the session is renewed', async () => {
  listen();
  await settle();
  connections[0]?.send('event: fin\ndata: {"motivo":"sesion_expirada"}\n\n');
  await settle();
  expect(sesion.renovar).toHaveBeenCalledOnce();
});

test('when another user signs in, then the stream begins anew for them', async () => {
  listen();
  await settle();
  connections[0]?.send(evento('7-0'));
  await settle();
  isSignedIn.set(false);
  TestBed.tick();
  usuario.set({ id: 2 });
  isSignedIn.set(true);
  TestBed.tick();
  await settle();
  expect(connections[1]?.headers.get('last-event-id')).toBeNull();
});
