/** The attack suite must find what is there to be found: it fails on doctored results, and on a server that lets all in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { SIGNATURE_CASES } from '../../scripts/attack/firmas.ts';
import { runFuzz } from '../../scripts/attack/fuzz/fuzz.ts';
import { operationsOf } from '../../scripts/attack/fuzz/operations.ts';
import { fuzzRequests } from '../../scripts/attack/fuzz/requests.ts';
import { LIMIT_CASES } from '../../scripts/attack/limites.ts';
import { OWNERSHIP_CASES } from '../../scripts/attack/propiedad.ts';
import { PROOF_CASES } from '../../scripts/attack/pruebas.ts';
import { GATEWAY_CASES } from '../../scripts/attack/puerta.ts';
import { ROLE_CASES } from '../../scripts/attack/roles.ts';
import type { AttackReport, Case, CaseResult } from '../../scripts/attack/suite.ts';
import { runCases, verdict } from '../../scripts/attack/suite.ts';
import { toTable } from '../../scripts/attack/table.ts';
import type { Target } from '../../scripts/attack/target.ts';
import { describeTarget } from '../../scripts/attack/target.ts';
import { TOKEN_CASES } from '../../scripts/attack/tokens.ts';
import { openWire } from '../../scripts/attack/wire.ts';
import { listenOnFreePort, stop } from '../gateway/upstream.ts';

const refused: CaseResult = { clase: 'tokens', nombre: 'uno', resultado: 'rechazado' };

const clean = (
  changes: Partial<AttackReport> = {},
  figures: Partial<AttackReport['cifras']> = {},
): AttackReport => ({
  casos: [refused],
  cifras: {
    requests: 1_000,
    tooMany: 10,
    serverErrors: [],
    badRefusals: [],
    unanswered: [],
    ...figures,
  },
  muertes: [],
  segundos: 1,
  semilla: 1,
  ...changes,
});

describe('the verdict', () => {
  test('when everything was refused, then nothing speaks against the platform', () => {
    expect(verdict(clean())).toEqual([]);
    expect(toTable(clean())).toMatch(/nadie entró\n1 passed, 0 failed$/);
  });

  test.each<[string, AttackReport, RegExp]>([
    [
      'a case got in',
      clean({ casos: [refused, { ...refused, nombre: 'dos', resultado: 'entró', detalle: '200' }] }),
      /^entró: tokens › dos: 200$/,
    ],
    [
      'a case failed by itself',
      clean({ casos: [{ ...refused, resultado: 'falló', detalle: 'x' }] }),
      /^falló: tokens › uno: x$/,
    ],
    [
      'nothing was tried',
      clean({ casos: [{ ...refused, resultado: 'no probado' }] }),
      /^no se probó ningún caso$/,
    ],
    ['there are no cases', clean({ casos: [] }), /^no se probó ningún caso$/],
    [
      'a request was answered with 500',
      clean({}, { serverErrors: ['GET /x → 500'] }),
      /^5xx: GET \/x → 500$/,
    ],
    [
      'a refusal was no problem document',
      clean({}, { badRefusals: ['GET /x → 404'] }),
      /problem\+json: GET \/x/,
    ],
    ['a request got no answer', clean({}, { unanswered: ['GET /x'] }), /^sin respuesta: GET \/x$/],
    ['a process ended', clean({ muertes: ['worker terminó (código 1)'] }), /^un proceso terminó: worker/],
    ['limits turned away more than 1 %', clean({}, { tooMany: 11 }), /^429 en 11 de 1000/],
  ])('when %s, then it says so, and the closing line counts it', (_what, report, expected) => {
    expect(verdict(report)).toEqual([expect.stringMatching(expected)]);
    expect(toTable(report)).toMatch(/ passed, 1 failed$/);
  });
});

const DOCUMENT = {
  paths: {
    '/usuarios/{id}': {
      patch: {
        security: [{ bearer: ['Admin'] }],
        parameters: [{ name: 'id', in: 'path' }],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { activo: { type: 'boolean' } },
                required: ['activo'],
                additionalProperties: false,
              },
            },
          },
        },
      },
    },
  },
};

/** A server that believes everybody. */
const OPEN: RequestListener = (request, response) => {
  request.resume();
  const isDocument = request.url?.endsWith('/openapi.json');
  const body = isDocument
    ? DOCUMENT
    : {
        id: 7,
        token: 'token',
        refresh_token: 'refresh',
        usuario: { id: 7, roles: ['Admin'] },
        firma: 'firma',
        keys: [],
        task_id: 'tarea',
        estado: 'ENTREGADA',
        historial: [],
        payload: { usuario_id: 8 },
        firma_valida: true,
      };
  const status =
    request.method === 'POST' && !/login|sign-data|validate|refresh/.test(request.url ?? '') ? 201 : 200;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

describe('a server that lets all in', () => {
  let folder: string;
  let server: Server;
  let target: Target;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medisupply-attack-'));
    ensureSecrets(join(folder, 'secrets'));
    server = createServer(OPEN);
    const port = await listenOnFreePort(server);
    target = describeTarget({
      wire: openWire(),
      base: `http://127.0.0.1:${port}`,
      dataDir: folder,
      ports: { autorizador: port, 'logistica-inventario': port, monitor: port, 'bull-board': port },
    });
    for (const name of ['ana', 'beto', 'admin'] as const)
      target[name] = { id: 7, nombre: name, contrasena: 'x', token: 'x' };
  });

  afterAll(async () => {
    target.wire.close();
    await stop(server);
    await rm(folder, { recursive: true, force: true });
  });

  /** Those that are not refused: they got in, or could not even begin. */
  const missed = async (cases: readonly Case[]) =>
    (await runCases(cases, target)).filter(
      ({ resultado }) => resultado === 'rechazado' || resultado === 'no probado',
    );

  test('when forged tokens are sent to it, then every case but the controls gets in', async () => {
    const results = await runCases(
      TOKEN_CASES.filter(({ nombre }) => !/control|desactivado|claves publicadas|HMAC/.test(nombre)),
      target,
    );
    expect(results.filter(({ resultado }) => resultado !== 'entró')).toEqual([]);
    expect(results.length).toBeGreaterThan(40);
  });

  test('when anything else is tried, then it is not taken for refused', async () => {
    expect(
      await missed([...SIGNATURE_CASES, ...ROLE_CASES].filter(({ nombre }) => !nombre.startsWith('control'))),
    ).toEqual([]);
    expect(
      await missed(OWNERSHIP_CASES.filter(({ nombre }) => !/control|leída en claro|listada/.test(nombre))),
    ).toEqual([]);
    expect(
      await missed(PROOF_CASES.filter(({ nombre }) => !/control|no se distinguen/.test(nombre))),
    ).toEqual([]);
    const named = (cases: readonly Case[], names: RegExp) => cases.filter(({ nombre }) => names.test(nombre));
    expect(await missed(named(GATEWAY_CASES, /clave de servicio|métricas|navegador|ruta$/))).toEqual([]);
    expect(await missed(named(LIMIT_CASES, /bomba|mil niveles|megabyte|páginas|adivinar/))).toEqual([]);
  });

  test('when its documents are fuzzed, then callers without the right and values without the form are found', async () => {
    const requests = fuzzRequests(operationsOf('autorizador', DOCUMENT), 400, 7);
    expect(requests).toHaveLength(400);
    const found = await runFuzz(target, requests, () => ({ path: '/usuarios/7', body: { activo: true } }));
    const kinds = new Set(found.map((each) => each.slice(0, each.indexOf(' ('))));
    expect([...kinds].toSorted()).toEqual([
      'cuerpo que el documento no admite',
      'cuerpo que no es un objeto JSON',
      'sin permiso',
    ]);
    expect(found.some((each) => each.includes('(ana)'))).toBe(true);
  });

  test('when the seed is the same, then so are the requests', () => {
    const make = (seed: number) =>
      JSON.stringify(
        fuzzRequests(operationsOf('autorizador', DOCUMENT), 300, seed).map(({ who, mutations }) => ({
          who,
          mutations,
        })),
      );
    expect(make(7)).toBe(make(7));
    expect(make(7)).not.toBe(make(8));
  });
});

test('when a server breaks or refuses in words of its own, then the wire keeps the request', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/roto') response.socket?.destroy();
    else
      response
        .writeHead(request.url === '/error' ? 500 : 404, { 'content-type': 'text/html' })
        .end('<h1>no</h1>');
  });
  const url = `http://127.0.0.1:${await listenOnFreePort(server)}`;
  const wire = openWire();
  for (const path of ['/roto', '/error', '/nada', '/error'])
    await wire.send({ method: 'GET', url: url + path });
  await wire.send({ method: 'GET', url: `${url}/error`, planned: [500] });
  expect(wire.figures).toEqual({
    requests: 5,
    tooMany: 0,
    serverErrors: ['GET /error → 500 <h1>no</h1>', 'GET /error → 500 <h1>no</h1>'],
    badRefusals: [
      'GET /error → 500 <h1>no</h1>',
      'GET /nada → 404 <h1>no</h1>',
      'GET /error → 500 <h1>no</h1>',
      'GET /error → 500 <h1>no</h1>',
    ],
    unanswered: [expect.stringContaining('GET /roto → 0')],
  });
  wire.close();
  await stop(server);
});
