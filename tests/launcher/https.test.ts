import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Run } from './launch.ts';
import { freePorts, nothingLeft, ROOT, runNpm } from './launch.ts';

let dir: string;
let dataDir: string;
let ports: Record<string, string>;
let run: Run;
let ca: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medisupply-https-'));
  dataDir = join(dir, 'data');
  ports = await freePorts();
  spawnSync(process.execPath, ['scripts/tls.ts', 'self-signed', '--dir', dir], { cwd: ROOT });
  ca = await readFile(join(dir, 'ca.pem'), 'utf8');
  const files = { TLS_CERT_FILE: join(dir, 'cert.pem'), TLS_KEY_FILE: join(dir, 'key.pem') };
  run = runNpm(['start'], { DATA_DIR: dataDir, ...ports, ...files });
  await run.printed('MediSupply está listo');
}, 120_000);

afterAll(async () => {
  run.child.kill('SIGTERM');
  await run.exit;
  await nothingLeft(dataDir);
  await rm(dir, { recursive: true, force: true });
}, 60_000);

interface Answer {
  status: number | undefined;
  cookies: string[];
  body: string;
}

/** As a page of that very address would send it. */
const post = (port: string | undefined, path: string, body: object) =>
  new Promise<Answer>((resolve, reject) => {
    const origin = `https://localhost:${port}`;
    request(
      new URL(path, origin),
      {
        method: 'POST',
        ca,
        headers: { 'Content-Type': 'application/json', Origin: origin, 'Sec-Fetch-Site': 'same-origin' },
      },
      (answer: IncomingMessage) => {
        readAll(answer).then(
          (text) =>
            resolve({ status: answer.statusCode, cookies: answer.headers['set-cookie'] ?? [], body: text }),
          reject,
        );
      },
    )
      .once('error', reject)
      .end(JSON.stringify(body));
  });

const admin = async () => ({
  nombre: 'admin',
  contrasena: (await readFile(join(dataDir, 'secrets', 'admin_contrasena'), 'utf8')).trim(),
});

test('when the platform starts with a certificate, then it says so, and logging in gives cookies for HTTPS alone', async () => {
  expect(run.lines.join('\n')).toContain(`Página       https://localhost:${ports['FRONTEND_PORT']}`);
  const pages = await post(ports['FRONTEND_PORT'], '/api/v1/autorizador/login', await admin());
  expect(pages).toMatchObject({ status: 200, cookies: [expect.any(String), expect.any(String)] });
  const board = await post(ports['BULL_BOARD_PORT'], '/login', await admin());
  expect(board).toMatchObject({ status: 204, cookies: [expect.any(String)] });
  for (const cookie of [...pages.cookies, ...board.cookies]) expect(cookie).toMatch(/; Secure(;|$)/);
});

test('when the demo trusts the authority that was made, then it goes through by HTTPS', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/demo.ts', '--base', `https://localhost:${ports['GATEWAY_PORT']}`],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') },
    },
  );
  expect([status, stderr, stdout]).toEqual([0, '', expect.stringContaining('Todo bien')]);
});
