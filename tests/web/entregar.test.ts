/** A courier's day: finds the next delivery, scans it, could not deliver it, delivers it with a photo. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '@medisupply/api-client/api-client';
import type { Page } from 'playwright-core';
import { encodeQR } from 'qr';
import { afterAll, expect, test } from 'vitest';
import type { Persona } from './browser.ts';
import { expectPresentable, PHONE, screenshot, useWeb } from './browser.ts';

const DIRECCION = 'Calle 10 # 5-51, Bogotá';
const SCANNED = `QR-${randomUUID().slice(0, 8)}`;
const folder = mkdtempSync(join(tmpdir(), 'medisupply-camara-'));
const web = useWeb([
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${cameraThatSees(SCANNED)}`,
]);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A film of one picture: the code, a little off the middle, on grey. */
function cameraThatSees(text: string): string {
  const [width, height] = [640, 480];
  const code = encodeQR(text, 'raw', { border: 4, scale: 8 });
  const luma = Buffer.alloc(width * height, 150);
  code.forEach((row, y) => row.forEach((dark, x) => (luma[(y + 60) * width + x + 120] = dark ? 16 : 235)));
  const picture = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  const file = join(folder, 'camara.y4m');
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip C420\n`), picture]),
  );
  return file;
}

interface Courier {
  persona: Persona;
  api: ApiClient;
  id: number;
}

async function newCourier(): Promise<Courier> {
  const persona = await web.newCourier();
  const api = await web.api(persona);
  const admin = await web.api(web.admin);
  const { data } = await admin.call('autorizador', 'GET /mensajeros', { query: { limite: 200 } });
  return { persona, api, id: data.find(({ nombre }) => nombre === persona.nombre)!.id };
}

async function newDelivery(asignada_a: number | null, more: object = {}) {
  const sender = await web.api(web.admin);
  const pedido_id = `DIA-${randomUUID().slice(0, 8)}`;
  const body = { pedido_id, direccion: DIRECCION, estado: 'EN_RUTA', asignada_a, ...more };
  return (await sender.call('logistica', 'POST /entregas', { body })).data;
}

const rowOf = (page: Page, pedido_id: string) => page.getByRole('listitem').filter({ hasText: pedido_id });

async function sign(page: Page): Promise<void> {
  await page.getByLabel('Nombre de quien recibe').fill('Ana Pérez');
  await page.getByText('Escribir', { exact: true }).click();
  await page.getByLabel('Nombre, como firma').fill('Ana Pérez');
}

const press = (page: Page) => page.getByRole('button', { name: 'Firmar y confirmar' }).click();
const delivered = (page: Page) => page.getByRole('heading', { name: 'Entregada' }).waitFor();

test('when a courier opens the app, then their stops are there in the order of Despacho, with address and recipient', async () => {
  const { persona, id } = await newCourier();
  const [first, second] = [await newDelivery(id), await newDelivery(id, { destinatario: 'Farmacia Sur' })];
  const dispatcher = await web.api(await web.newDispatcher());
  await dispatcher.call('logistica', 'POST /entregas/orden', {
    body: { asignada_a: id, entregas: [second.id, first.id] },
  });
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto('/');
  await rowOf(page, second.pedido_id).getByText('Farmacia Sur').waitFor();
  await rowOf(page, second.pedido_id).getByText(DIRECCION).waitFor();
  const orders = await page.getByRole('main').getByRole('listitem').allInnerTexts();
  expect(orders.map((text) => text.match(/DIA-\w+/)?.[0])).toEqual([second.pedido_id, first.pedido_id]);
  await expectPresentable(page, 'mias');
  await page.setViewportSize(PHONE);
  await page.getByRole('link', { name: second.pedido_id }).click();
  const map = page.getByRole('link', { name: 'Ver en el mapa' });
  expect([await map.getAttribute('href'), await map.getAttribute('rel')]).toEqual([
    `https://www.google.com/maps/search/?${new URLSearchParams({ api: '1', query: DIRECCION }).toString()}`,
    'noreferrer',
  ]);
});

test('when nobody carries one, then a courier claims it under "Sin asignar", and it is theirs', async () => {
  const { persona } = await newCourier();
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto('/confirmar');
  await page.getByRole('heading', { name: 'No lleva ninguna entrega' }).waitFor();
  await page.getByRole('link', { name: 'Sin asignar' }).click();
  await page.getByText('En vivo').waitFor();
  const free = await newDelivery(null);
  await rowOf(page, free.pedido_id).waitFor();
  expect(await rowOf(page, free.pedido_id).getByText(DIRECCION).count()).toBe(0);
  await expectPresentable(page, 'sin-asignar');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: `Tomar la entrega ${free.pedido_id}` }).click();
  await rowOf(page, free.pedido_id).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Mías' }).click();
  await rowOf(page, free.pedido_id).getByText(DIRECCION).waitFor();
});

test('when there are 5,000 newer ones, then a courier finds their own with two taps, and by the beginning of its order', async () => {
  const { persona, id } = await newCourier();
  const own = await newDelivery(id, { pedido_id: `PROPIA-${randomUUID()}` });
  const api = await web.api(web.admin);
  for (let done = 0; done < 5_000; done += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        api.call('logistica', 'POST /entregas', {
          body: { pedido_id: `OTRA-${done + n}`, direccion: DIRECCION, estado: 'EN_RUTA' },
        }),
      ),
    );
  }
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto('/');
  await page.getByRole('link', { name: own.pedido_id }).tap();
  await page.getByRole('button', { name: 'Firmar y confirmar' }).waitFor();
  await page.goto('/confirmar');
  await page.getByRole('searchbox').fill(own.pedido_id.slice(0, 15));
  await page.getByRole('link', { name: own.pedido_id }).waitFor();
}, 240_000);

test('when the code of a delivery is held before the camera, then its form opens', async () => {
  const { persona, id } = await newCourier();
  const { id: scanned } = await newDelivery(id, { pedido_id: SCANNED });
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto('/confirmar');
  await page.getByRole('button', { name: 'Escanear' }).click();
  await page.getByRole('link', { name: SCANNED }).waitFor();
  await page.waitForURL(`**/confirmar?buscar=${SCANNED}`);
  await page.getByRole('link', { name: SCANNED }).click();
  await page.waitForURL(`**/confirmar/${scanned}`);
});

test('when there is no camera, then it says so, and the number still finds it', async () => {
  const { persona } = await newCourier();
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.addInitScript('navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error("none"))');
  await page.goto('/confirmar');
  await page.getByRole('button', { name: 'Escanear' }).click();
  await page.getByText('La cámara no está disponible.').waitFor();
  await expectPresentable(page, 'escaner-sin-camara');
});

test('when nobody is there, then the attempt is in the history with its reason, and the second one delivers it', async () => {
  const { persona, id } = await newCourier();
  const entrega = await newDelivery(id);
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto(`/confirmar/${entrega.id}`);
  await page.getByText('No se pudo entregar').click();
  await page.getByRole('button', { name: 'Registrar el intento' }).click();
  await page.getByText('Elija un motivo').waitFor();
  await page.getByLabel('No había nadie').check();
  await page.getByLabel('Qué pasó (si hace falta)').fill('El portero no sabe cuándo vuelven');
  await expectPresentable(page, 'intento');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'Registrar el intento' }).click();
  await page.getByText('Ya hubo un intento.').waitFor();
  await page.goto(`/entregas/${entrega.id}`);
  await page.getByText('No había nadie: El portero no sabe cuándo vuelven').waitFor();
  await expectPresentable(page, 'intento-historial');
  await page.setViewportSize(PHONE);

  await page.goto('/confirmar');
  await page.getByRole('link', { name: entrega.pedido_id }).click();
  await sign(page);
  await press(page);
  await delivered(page);
});

/** A picture with EXIF, as a phone's camera makes it; larger than what the server takes. */
async function pictureOfACamera(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate<string>(`(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 2400;
    canvas.height = 1800;
    const context = canvas.getContext('2d');
    const pixels = context.createImageData(2400, 1800);
    for (let at = 0; at < pixels.data.length; at += 4) {
      pixels.data[at] = (at * 7) % 251;
      pixels.data[at + 1] = Math.random() * 255;
      pixels.data[at + 2] = 120;
      pixels.data[at + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
  })()`);
  const jpeg = Buffer.from(base64, 'base64');
  const exif = Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\0', 'latin1');
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

test('when a photo is taken, then it is small, without hidden data, signed, and on the page of the delivery', async () => {
  const { persona, api, id } = await newCourier();
  const entrega = await newDelivery(id);
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.goto(`/confirmar/${entrega.id}`);
  await page.getByLabel('Añadir una foto').setInputFiles({
    name: 'foto.jpg',
    mimeType: 'image/jpeg',
    buffer: await pictureOfACamera(page),
  });
  await page.getByRole('img', { name: 'La foto de la entrega' }).waitFor();
  await sign(page);
  await expectPresentable(page, 'confirmar-foto');
  await page.setViewportSize(PHONE);
  await press(page);
  await delivered(page);

  const { data } = await api.call('logistica', 'GET /entrega/:id', { params: { id: entrega.id } });
  const { data: foto } = await api.call('logistica', 'GET /entrega/:id/foto', { params: { id: entrega.id } });
  const bytes = Buffer.from(await foto.arrayBuffer());
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  expect([data.foto_sha256, data.firma_verificada]).toEqual([hash, true]);
  expect(bytes.length).toBeLessThanOrEqual(320 * 1024);
  expect(bytes.includes('Exif')).toBe(false);
  await page.goto(`/entregas/${entrega.id}`);
  await page.getByRole('img', { name: `Foto de la entrega ${entrega.id}` }).waitFor();
  await page.getByText('La firma cubre estos datos, sin cambios').waitFor();
  await expectPresentable(page, 'entrega-foto');
});

test('when one byte of the photo is changed on its way, then its confirmation is refused', async () => {
  const { persona, api, id } = await newCourier();
  const entrega = await newDelivery(id);
  const page = await web.newPage({ as: persona, viewport: PHONE });
  await page.route('**/entrega/*/foto', async (route) => {
    const sent = Buffer.from(route.request().postDataBuffer()!);
    const at = sent.length - 100;
    sent[at] = (sent[at] ?? 0) === 0x41 ? 0x42 : 0x41;
    await route.continue({ postData: sent });
  });
  await page.goto(`/confirmar/${entrega.id}`);
  const buffer = await pictureOfACamera(page);
  await page.getByLabel('Añadir una foto').setInputFiles({ name: 'f.jpg', mimeType: 'image/jpeg', buffer });
  await page.getByRole('img', { name: 'La foto de la entrega' }).waitFor();
  await sign(page);
  await press(page);
  await page.getByRole('alert').filter({ hasText: /foto/i }).first().waitFor();
  await screenshot(page, 'foto-rechazada');
  const { data } = await api.call('logistica', 'GET /entrega/:id', { params: { id: entrega.id } });
  expect(data.estado).toBe('EN_RUTA');
});
