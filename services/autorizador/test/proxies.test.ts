/** Who a client is, is taken from its connection, and from a header only when a proxy of TRUST_PROXY sent it. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAutorizador } from './support.ts';
import type { Autorizador } from './support.ts';

const VICTIM = '203.0.113.7';

let published: Autorizador;
let behindProxy: Autorizador;

beforeAll(async () => {
  published = await startAutorizador();
  behindProxy = await startAutorizador({ env: { TRUST_PROXY: '127.0.0.80' } });
});
afterAll(async () => {
  await published.close();
  await behindProxy.close();
});

/** A login that fails, from an address of this machine. */
const fail = (
  { url }: Autorizador,
  nombre: string,
  headers: Record<string, string>,
  localAddress = '127.0.0.1',
) =>
  new Promise<number>((resolve, reject) => {
    const call = request(`${url}/login`, {
      method: 'POST',
      localAddress,
      headers: { 'content-type': 'application/json', ...headers },
    });
    call.once('response', (response) => resolve(response.resume().statusCode ?? 0));
    call.once('error', reject).end(JSON.stringify({ nombre, contrasena: 'equivocada' }));
  });

const forgedAs = (address: string) => ({
  'x-forwarded-for': address,
  'x-real-ip': address,
  forwarded: `for=${address}`,
});

test('when no proxy is configured, then forged headers close nobody else and give no guesses more', async () => {
  const statuses = [];
  for (let i = 0; i < 101; i++) {
    statuses.push(await fail(published, `relleno-${i}`, forgedAs(`198.51.100.${i}`)));
  }
  expect(statuses.slice(0, 100).every((status) => status === 401)).toBe(true);
  expect(statuses[100]).toBe(429);
});

test('when a proxy is configured, then only its word counts', async () => {
  for (let i = 0; i < 100; i++) await fail(behindProxy, `forjado-${i}`, forgedAs(VICTIM));
  expect(await fail(behindProxy, 'otro', forgedAs(VICTIM))).toBe(429);
  expect(await fail(behindProxy, 'otro', { 'x-forwarded-for': VICTIM }, '127.0.0.80')).toBe(401);
});

test('when TRUST_PROXY is no list of addresses, then the start is refused and names it', async () => {
  for (const value of ['ejemplo.com', '10.0.0.0/33', '10.0.0.1/8/8', 'todos', '*']) {
    await expect(startAutorizador({ env: { TRUST_PROXY: value } })).rejects.toThrow(/TRUST_PROXY: Debe ser/);
  }
});
