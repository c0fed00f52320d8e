import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { ROOT } from '../launcher/launch.ts';
import type { Platform } from '../support/platform.ts';
import { startPlatform } from '../support/platform.ts';
import { CAPTURADO, deliverWithItems, FOTO, proofText } from './support.ts';

let platform: Platform;
let folder: string;
let genuine: string;
let own: string;

beforeAll(async () => {
  platform = await startPlatform({ worker: true, autorizador: true });
  genuine = await proofText(platform, await deliverWithItems(platform));
  folder = mkdtempSync(join(tmpdir(), 'medisupply-verify-'));
  own = join(platform.dataDir, 'secrets/worker/jwks.json');
}, 60_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await platform.close();
});

function verify(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/verify.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, DATA_DIR: join(folder, 'nada'), ...env },
  });
  return { status, stdout, stderr };
}

function written(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('when a proof is genuine, then it ends with 0 and says what is proven and what is not', () => {
  const file = written('entrega.pod.json', genuine);
  const { status, stdout, stderr } = verify([file, '--jwks', own]);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`${file}: Prueba auténtica`);
  expect(stdout).toMatch(/Queda probado:\n {2}· La plataforma selló todo el documento el \d{4}-/);
  expect(stdout).toMatch(/No queda probado:\n {2}· Quién estaba en la puerta/);
});

test('when no keys are named, then those of the installation count', () => {
  const file = written('entrega.pod.json', genuine);
  expect(verify([file], { DATA_DIR: platform.dataDir }).status).toBe(0);
  const { status, stderr } = verify([file]);
  expect([status, stderr]).toEqual([2, expect.stringContaining('indique las de la plataforma con --jwks')]);
});

test('when a proof is altered, then it ends with 1 and names the part', () => {
  const file = written('otra.pod.json', genuine.replace('Calle 10 # 5-51', 'Calle 10 # 5-52'));
  const { status, stdout } = verify([file, '--jwks', own]);
  expect([status, stdout]).toEqual([1, expect.stringContaining('Prueba alterada')]);
  expect(stdout).toContain('· Datos firmados, dirección: se cambió (datos.direccion)');
  expect(stdout).not.toContain('Queda probado');
});

test('when the keys are of another platform, then it ends with 2: signed by an unknown', () => {
  ensureSecrets(join(folder, 'otra'));
  const { status, stdout } = verify([
    written('entrega.pod.json', genuine),
    '--jwks',
    join(folder, 'otra/worker/jwks.json'),
  ]);
  expect([status, stdout]).toEqual([2, expect.stringContaining('Firmado por un desconocido')]);
});

test('when the photo is given as well, then it is proven; without it its hash is, and the time of the device never', () => {
  const file = written('entrega.pod.json', genuine);
  const photo = written('foto.jpg', FOTO);
  const { status, stdout } = verify([file, '--jwks', own, '--foto', photo]);
  expect([status, stdout]).toEqual([0, expect.stringContaining('  · La foto es la que se firmó.')]);
  expect(stdout).not.toContain('Que una foto sea la de esta entrega');
  const bare = verify([file, '--jwks', own]).stdout;
  expect(bare).toContain('  · Que una foto sea la de esta entrega');
  expect(CAPTURADO).toBe('2026-11-25T10:00:00.000Z');
  expect(bare).toContain('  · La hora del dispositivo (2026-11-25 10:00:00 UTC): es lo que dijo el teléfono');
});

test('when a picture is given that nobody signed, then it is not the photo of this delivery', () => {
  const file = written('entrega.pod.json', genuine);
  const { status, stdout } = verify([
    file,
    '--jwks',
    own,
    '--foto',
    written('a.jpg', Buffer.from([255, 216])),
  ]);
  expect([status, stdout]).toEqual([1, expect.stringContaining('Foto: no es la que se firmó')]);
});

test.for([[[]], [['--nada']], [['no-existe.json']], [['a.json', 'b.json']]] as const)(
  'when it is called with %j, then it ends with 2 and says how it is used',
  ([args]) => {
    const { status, stdout, stderr } = verify([...args, ...(args.length === 1 ? ['--jwks', own] : [])]);
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(/uso:|No se puede leer/)]);
  },
);

test('when the page is written, then it is one file within 60 kB, with the keys in it, and its policy lets nothing else run', () => {
  const path = join(folder, 'verificar.html');
  expect(verify(['--page', path, '--jwks', own]).status).toBe(0);
  const page = readFileSync(path, 'utf8');
  expect(Buffer.byteLength(page)).toBeLessThanOrEqual(60_000);
  expect(page).not.toMatch(/<(link|img|iframe|script src)|https?:\/\//);
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  const hashOf = (tag: string) => {
    const [, text = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page) ?? [];
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  expect(policy).toBe(
    `default-src 'none'; script-src ${hashOf('script')}; style-src ${hashOf('style')}; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  const [, saved = ''] = /id="claves">(.*?)<\/script>/s.exec(page) ?? [];
  expect(JSON.parse(saved)).toEqual({
    keys: JSON.parse(readFileSync(own, 'utf8')).keys,
    guardadas: expect.stringMatching(/UTC$/),
  });
});
