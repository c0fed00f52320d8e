import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Prueba } from '@medisupply/shared/contracts/prueba';
import { withKeys } from '@medisupply/shared/proof/saved-keys';
import { verifierPage } from '../../scripts/setup/build-verifier.mjs';
import type { Platform } from '../support/platform.ts';
import { startPlatform } from '../support/platform.ts';
import {
  chromiumPath,
  expectAccessible,
  expectNoSidewaysScroll,
  FLAGS,
  PHONE,
  screenshot,
} from '../web/browser.ts';
import { deliverWithItems, FOTO, proofText } from './support.ts';

let platform: Platform;
let browser: Browser;
let context: BrowserContext;
let folder: string;
let genuine: string;
let jwks: string;
const complaints: string[] = [];

beforeAll(async () => {
  platform = await startPlatform({ worker: true, autorizador: true });
  genuine = await proofText(platform, await deliverWithItems(platform));
  jwks = readFileSync(join(platform.dataDir, 'secrets/worker/jwks.json'), 'utf8');
  folder = mkdtempSync(join(tmpdir(), 'medisupply-verificar-'));
  browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}, 90_000);

afterEach(async () => {
  await context.close();
  // oxlint-disable-next-line vitest/no-standalone-expect -- what no test expects: errors, anything asked of the network
  expect(complaints.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
  await platform.close();
});

/** Opened from the disk, without a network; with the keys of the platform in it unless told otherwise. */
async function open({ keys = true, locale = 'es-CO' } = {}): Promise<Page> {
  const file = written(
    'verificar.html',
    keys ? withKeys(verifierPage(), JSON.parse(jwks), new Date('2026-11-25T10:00:00Z')) : verifierPage(),
  );
  context = await browser.newContext({ locale, offline: true, reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
  });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  return page;
}

function written(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const give = (page: Page, ...files: string[]) => page.locator('#archivos').setInputFiles(files);
const proof = (text: string) => written('entrega-1.pod.json', text);

test('when a genuine proof is opened, then the page is green, and says what is proven and what is not', async () => {
  const page = await open();
  await page.getByText('Se comprueba con las claves guardadas en esta página el 2026-11-25').waitFor();
  await give(page, proof(genuine));
  await page.locator('.veredicto.autentica').getByText('Prueba auténtica').waitFor();
  await page.getByText('La plataforma selló todo el documento').waitFor();
  await page.getByText('Quién estaba en la puerta').waitFor();
  await page.getByText('La hora del dispositivo (2026-11-25 10:00:00 UTC)').waitFor();
  await page.getByText('Que una foto sea la de esta entrega').waitFor();
  await give(page, written('foto.jpg', FOTO));
  await page.getByText('La foto es la que se firmó').waitFor();
  await expectAccessible(page);
  await screenshot(page, 'verificar-autentica', { full: true });
  await page.setViewportSize(PHONE);
  await expectNoSidewaysScroll(page);
  await screenshot(page, 'verificar-autentica-phone', { full: true });
  await page.getByRole('button', { name: 'EN' }).click();
  await page.getByRole('heading', { name: 'Genuine proof' }).waitFor();
});

test('when an altered proof is dropped on it, then it names the part', async () => {
  const page = await open({ locale: 'en-GB' });
  const altered = genuine.replace('"nombre":"GASAS","cantidad":5', '"nombre":"GASAS","cantidad":6');
  expect(altered).not.toBe(genuine);
  // A string: this code runs in the page, where the types of Node do not reach.
  await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([${JSON.stringify(altered)}], 'entrega-1.pod.json'));
    document.querySelector('main').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
  })()`);
  await page.getByRole('heading', { name: 'Altered proof' }).waitFor();
  await page.getByText('Products, row 2: was changed (items[1])').waitFor();
  expect(await page.locator('.autentica').count()).toBe(0);
  await expectAccessible(page);
  await screenshot(page, 'verificar-alterada', { full: true });
});

test('when a proof brings keys of its own, or keys are given to a page that has some, then they do not count', async () => {
  const other = JSON.parse(jwks) as { keys: { kid: string }[] };
  for (const key of other.keys) key.kid = `otra-${key.kid}`.slice(0, 43);
  const page = await open();
  await give(page, written('jwks.json', JSON.stringify(other)), proof(genuine));
  await page.getByText('las del archivo jwks.json no cuentan').waitFor();
  await page.locator('.veredicto.autentica').waitFor();
  await give(page, proof(genuine.replace(/^\{/, `{"keys":${JSON.stringify(other.keys)},`)));
  await page.getByText('keys[0]').waitFor();
  expect(await page.locator('.autentica').count()).toBe(0);
});

test('when the page has no keys, then it asks for them, and says whose they must be', async () => {
  const page = await open({ keys: false });
  await give(page, proof(genuine));
  await page.getByText('Faltan las claves públicas').waitFor();
  expect(await page.locator('.veredicto').count()).toBe(0);
  await give(page, written('jwks.json', jwks));
  await page.locator('.veredicto.autentica').waitFor();
  await page.getByText('asegúrese de que es de la plataforma').waitFor();
  await give(page, written('nota.txt', 'hola'));
  await page.getByText('nota.txt no es una prueba').waitFor();
});

test('when markup stands in a proof, then it is shown as text, and a drawing runs nothing', async () => {
  const page = await open();
  const hostile = JSON.parse(genuine) as Prueba;
  hostile.datos.nombre_recibe = '<img src=x onerror=window.x=1>';
  hostile.datos.firma_recibe = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.x=1</script></svg>';
  await give(page, proof(JSON.stringify(hostile)));
  await page.getByText('<img src=x onerror=window.x=1>').waitFor();
  await page.locator('img[src^="data:image/svg+xml"]').waitFor();
  expect(await page.evaluate<unknown>('window.x')).toBeUndefined();
});
