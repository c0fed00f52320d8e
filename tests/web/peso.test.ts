/** What the first pages cost on a phone: bytes of JavaScript as they come, and the time on a slow network. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Persona } from './browser.ts';
import { PHONE, useWeb } from './browser.ts';
import { installed } from './phone.ts';

const web = useWeb();
const KB = 1_000;
const say = (text: string) => process.stdout.write(`${text}\n`);
const RUNS = 5;
/** Of all tasks together, beyond 50 ms each (ms). */
const BLOCKING = 300;

/** As Lighthouse has it: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 };
const CPU_SLOWDOWN = 4;

interface Speed {
  /** When the largest element was painted (ms). */
  lcp: number;
  /** What tasks took beyond 50 ms each (ms). */
  blocking: number;
}

/** Bytes of all scripts that the page has loaded, compressed as they came. */
async function scriptsOf(page: Page): Promise<number> {
  const bytes = () =>
    page.evaluate<number>(`performance.getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`);
  let before = 0;
  // Some are still on their way when the page is there.
  await expect.poll(async () => before === (before = await bytes()), { interval: 500 }).toBe(true);
  return before;
}

async function newDelivery(): Promise<{ courier: Persona; id: number; pedido_id: string }> {
  const courier = await web.newCourier();
  const api = await web.api(courier);
  const pedido_id = `PESO-${crypto.randomUUID().slice(0, 8)}`;
  const body = { pedido_id, direccion: 'Calle 10 # 5-51, Bogotá', estado: 'EN_RUTA' };
  const { data } = await api.call('logistica', 'POST /entregas', { body });
  await api.call('logistica', 'POST /entregas/:id/tomar', { params: { id: data.id } });
  return { courier, id: data.id, pedido_id };
}

test('when the login page opens, then its JavaScript is at most 120 kB', async () => {
  const page = await web.newPage({ viewport: PHONE });
  await page.goto('/acceso/entrar');
  await page.getByRole('button', { name: 'Entrar' }).waitFor();
  const bytes = await scriptsOf(page);
  say(`login: ${(bytes / KB).toFixed(1)} kB of JavaScript`);
  expect(bytes).toBeLessThanOrEqual(120 * KB);
});

test('when the form of a delivery opens, then its JavaScript is at most 180 kB, the list before it included', async () => {
  const { courier, pedido_id } = await newDelivery();
  const page = await web.newPage({ as: courier, viewport: PHONE });
  await page.goto('/confirmar');
  await page.getByRole('link', { name: pedido_id }).click();
  await page.getByRole('button', { name: 'Firmar y confirmar' }).waitFor();
  const bytes = await scriptsOf(page);
  say(`confirmar: ${(bytes / KB).toFixed(1)} kB of JavaScript`);
  expect(bytes).toBeLessThanOrEqual(180 * KB);
});

/** Times need the machine for themselves: `PAGE_SPEED=1 npx vitest run --project web tests/web/peso.test.ts`. */
const hasMachine = process.env['PAGE_SPEED'] === '1';

test.runIf(hasMachine)(
  'when it opens for the first time on slow 4G and a quarter of the CPU, then it is there in 2.8 s and answers',
  async () => {
    const { courier, id } = await newDelivery();
    await expectQuick({ name: 'first time', lcp: 2_800 }, async () => {
      const page = await measured(await web.newPage({ as: courier, viewport: PHONE }));
      const speed = await speedAt(page, id);
      await page.context().close();
      return speed;
    });
  },
  240_000,
);

test.runIf(hasMachine)(
  'when it opens again, from the service worker, then it is there in a second',
  async () => {
    const { courier, id } = await newDelivery();
    const page = await web.newPage({ as: courier, viewport: PHONE, serviceWorkers: 'allow' });
    await page.goto(`/confirmar/${id}`);
    await page.getByRole('button', { name: 'Firmar y confirmar' }).waitFor();
    await installed(page);
    await measured(page);
    await expectQuick({ name: 'from the service worker', lcp: 1_000 }, () => speedAt(page, id));
  },
  240_000,
);

/** Up to three rounds: what else runs on the machine only ever adds to it. */
async function expectQuick(
  { name, lcp: limit }: { name: string; lcp: number },
  once: () => Promise<Speed>,
): Promise<void> {
  let best: Speed = { lcp: Infinity, blocking: Infinity };
  for (let round = 0; round < 3 && (best.lcp > limit || best.blocking > BLOCKING); round += 1) {
    const speeds: Speed[] = [];
    for (let run = 0; run < RUNS; run += 1) speeds.push(await once());
    const [lcp, blocking] = [median(speeds.map((one) => one.lcp)), median(speeds.map((one) => one.blocking))];
    say(`${name}, slow 4G, CPU ÷ 4, median of ${RUNS}: LCP ${lcp} ms, blocking ${blocking} ms`);
    best = { lcp: Math.min(best.lcp, lcp), blocking: Math.min(best.blocking, blocking) };
  }
  expect(best.lcp).toBeLessThanOrEqual(limit);
  expect(best.blocking).toBeLessThanOrEqual(BLOCKING);
}

async function measured(page: Page): Promise<Page> {
  await page.addInitScript(`
    window.velocidad = { lcp: 0, blocking: 0 };
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) velocidad.lcp = Math.round(startTime);
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) velocidad.blocking += Math.round(Math.max(0, duration - 50));
    }).observe({ type: 'longtask', buffered: true });
  `);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', SLOW_4G);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  return page;
}

async function speedAt(page: Page, id: number): Promise<Speed> {
  await page.goto(`/confirmar/${id}`);
  await page.getByRole('button', { name: 'Firmar y confirmar' }).waitFor();
  await page.getByText('En vivo').waitFor();
  return page.evaluate<Speed>('velocidad');
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Infinity;
