import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, runBlocks, section } from '../docs/markdown.ts';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, processesOf, ROOT, runCommand } from '../launcher/launch.ts';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { createService, removeService } from '../../scripts/services/generate.ts';
import { UserError } from '../../scripts/terminal/user-error.ts';
import type { Manifest } from '../../scripts/services/render-overlay.ts';
import { idOf, renderOverlay } from '../../scripts/services/render-overlay.ts';
import { problemsOf } from '../kubernetes/validate.ts';
import type { Copy } from './copy.ts';
import { copyRepository } from './copy.ts';

const SLOW = 120_000;
const page = readFileSync(join(ROOT, 'docs/add-a-service.md'), 'utf8');

let copy: Copy;
let before: Map<string, string>;
let platform: Run | undefined;

beforeAll(() => {
  copy = copyRepository();
  before = copy.files();
});

afterAll(async () => {
  platform?.child.kill('SIGTERM');
  await platform?.exit;
  for (const { pid } of processesOf(copy.root)) process.kill(pid, 'SIGKILL');
  copy.remove();
}, SLOW);

interface Ended {
  code: number | null;
  output: string;
  errors: string;
}

/** Runs a program of the copy to its end. */
async function run(program: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(join(copy.root, 'node_modules/.bin', program), args, {
    cwd: copy.root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors, code] = await Promise.all([readAll(child.stdout), readAll(child.stderr), exit]);
  return { code, output, errors };
}

const newService = (...args: string[]) => run('node', ['scripts/new-service.ts', ...args]);

/** The lines of one section of docs/add-a-service.md, run in the copy as they stand. */
const follow = (heading: string, adapt = (block: string) => block) =>
  runBlocks(blocksOf(section(page, heading)).map(adapt), {
    cwd: copy.root,
    // The packages are there, and the application need not be built: no set-up before `npm test`.
    env: { npm_config_ignore_scripts: 'true' },
  });

/** The service, and all that is typed by the list of services. */
const TYPED_BY_THE_LIST = [
  'services/mi-servicio/**/*.ts',
  'services/monitor/src/**/*.ts',
  'shared/src/**/*.ts',
  'frontend/front-door/src/*.ts',
  'scripts/launcher/*.ts',
  'scripts/services/*.ts',
];

async function typecheck(): Promise<Ended> {
  const project = join(copy.root, 'tsconfig.new-service.json');
  writeFileSync(project, JSON.stringify({ extends: './tsconfig.json', include: TYPED_BY_THE_LIST }));
  const result = await run('tsc', ['--noEmit', '--project', project]);
  rmSync(project);
  return result;
}

describe('npm run new-service, asked for something that cannot be', () => {
  test.each([
    [
      'Mi-Servicio',
      undefined,
      'solo minúsculas, cifras y guiones, y empieza por una letra; por ejemplo mi-servicio',
    ],
    ['mi servicio', undefined, 'por ejemplo mi-servicio'],
    ['9-servicio', undefined, 'por ejemplo servicio'],
    ['añadidos', undefined, 'por ejemplo anadidos'],
    ['../fuera', undefined, 'por ejemplo fuera'],
    ['', undefined, 'por ejemplo mi-servicio'],
    ['a'.repeat(33), undefined, 'es demasiado largo: 33 caracteres y caben 32'],
    ['monitor', undefined, '«monitor» ya está en uso (servicio monitor)'],
    ['logistica', undefined, '«logistica» ya está en uso (servicio logistica-inventario)'],
    ['registry', undefined, '«registry» ya está en uso (shared/src/tasks/registry.ts)'],
    ['worker', undefined, '«worker» está reservado'],
    ['nuevo', '5001', '--port 5001 es el puerto de MONITOR_PORT'],
    ['nuevo', '8080', '--port 8080 es el puerto de GATEWAY_PORT'],
    ['nuevo', '80', '--port 80 no es un puerto que sirva; use un número de 1024 a 65535'],
    ['nuevo', 'cinco', '--port cinco no es un puerto'],
  ])('when the service is to be «%s» on port %s, then it is refused: %s', async (name, port, reason) => {
    const refusal = createService(copy.root, name, port);
    await expect(refusal).rejects.toThrow(UserError);
    await expect(refusal).rejects.toThrow(reason);
  });

  test('when another program has the port, then it is refused', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(createService(copy.root, 'nuevo', String(port))).rejects.toThrow(
      `--port=${port} está ocupado por otro programa`,
    );
    other.close();
  });

  test.each([
    ['monitor', '«monitor» es parte de la plataforma; no hay ninguno que quitar'],
    ['nuevo', '«nuevo» no es un servicio; no hay ninguno que quitar'],
  ])('when %s is to be removed, then it is refused', async (name, reason) => {
    await expect(removeService(copy.root, name)).rejects.toThrow(reason);
  });

  test('when it refuses, then it ends with 2 and the reason alone', async () => {
    const answers = await Promise.all([
      newService('worker'),
      newService('nuevo', '--prot', '7000'),
      newService('nuevo', 'otro'),
      newService(),
    ]);
    expect(answers).toEqual([
      { code: 2, output: '', errors: expect.stringMatching(/^«worker» está reservado .*\n$/) },
      { code: 2, output: '', errors: expect.stringMatching(/^No se entiende «nuevo --prot 7000»\.\nUso:/) },
      { code: 2, output: '', errors: expect.stringMatching(/^No se entiende «nuevo otro»\.\nUso:/) },
      { code: 2, output: '', errors: expect.stringMatching(/^Falta el nombre del servicio\.\nUso:/) },
    ]);
  });

  test('when all of that was refused, then no file has changed', () => {
    expect(copy.files()).toEqual(before);
  });
});

describe('docs/add-a-service.md, followed literally', { timeout: SLOW }, () => {
  test('when "Make" is followed, then the service is there and its tests pass', async () => {
    const { printed, code } = await follow('Make');
    expect(code).toBe(0);
    expect(printed[0]).toContain('Servicio mi-servicio: puerto 5005');
    expect(printed[0]).toMatch(/\n[1-9]\d* passed, 0 failed$/);
  });

  test('when what was made is looked at, then types, lint and format have nothing to say', async () => {
    const after = copy.files();
    const changed = [...after.keys()].filter((file) => after.get(file) !== before.get(file));
    const results = await Promise.all([
      typecheck(),
      run('oxlint', ['--deny-warnings', ...changed.filter((file) => file.endsWith('.ts'))]),
      run('prettier', ['--check', '--log-level=warn', ...changed]),
    ]);
    expect(results).toEqual(results.map(() => ({ code: 0, output: expect.any(String), errors: '' })));
  });

  test('when "Try" is followed, then the service answers through the gateway and the worker runs its task', async () => {
    const ports: Record<string, string> = {
      ...(await freePorts()),
      MI_SERVICIO_PORT: String(await freePort()),
    };
    platform = runCommand(join(copy.root, 'node_modules/.bin/node'), ['scripts/start.ts'], {
      cwd: copy.root,
      // Nobody starts these files again.
      env: { ...ports, LOG_LEVEL: 'warn', NODE_DISABLE_COMPILE_CACHE: '1' },
    });
    await platform.printed('MediSupply está listo');
    const gateway = `localhost:${ports['GATEWAY_PORT'] ?? ''}`;

    const { printed, errors, code } = await follow('Try', (block) =>
      block.replaceAll('localhost:8080', gateway),
    );
    expect([code, errors]).toEqual([0, '']);
    const [, status, saludos = '', completed] = printed;
    expect(status).toBe('SUCCESS');
    expect(JSON.parse(saludos)).toEqual([
      {
        id: 1,
        nombre: 'Lucía',
        texto: 'Hola, Lucía',
        task_id: expect.any(String),
        creado: expect.any(String),
      },
    ]);

    expect(completed).toBe('1');

    const documentation = await fetch(`http://${gateway}/api/v1/mi-servicio/docs/`);
    expect([documentation.status, documentation.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    platform.child.kill('SIGTERM');
    await platform.exit;
    await nothingLeft(copy.root);
  });

  test('when the manifests are rendered, then its objects are among them, and all are valid', async () => {
    const overlays = join(copy.root, 'deploy/kubernetes/overlays');
    const [oneNode, scale] = ['one-node', 'scale'].map((name) => renderOverlay(join(overlays, name)));
    const ofIt = (objects: Manifest[] = []) => objects.map(idOf).filter((id) => id.includes('mi-servicio'));
    const arrows = ['frontend', 'm-monitor', 'worker'].map(
      (from) => `NetworkPolicy/${from}-to-m-mi-servicio`,
    );
    const common = [
      'Deployment/m-mi-servicio',
      ...arrows,
      'NetworkPolicy/m-mi-servicio-to-m-autorizador',
      'NetworkPolicy/m-mi-servicio-to-m-logistica-inventario',
      'Service/m-mi-servicio',
    ];
    const state = ['NetworkPolicy/m-mi-servicio-to-redis', 'PersistentVolumeClaim/data-mi-servicio'];
    const many = ['HorizontalPodAutoscaler/m-mi-servicio', 'PodDisruptionBudget/m-mi-servicio'];
    expect(ofIt(oneNode).toSorted()).toEqual([...common, ...state].toSorted());
    expect(ofIt(scale).toSorted()).toEqual([...common, ...many].toSorted());
    expect(await problemsOf([...(oneNode ?? []), ...(scale ?? [])])).toEqual([]);
  });

  test('when "Check" is followed, then everything agrees', async () => {
    const { printed, code } = await follow('Check');
    expect([code, printed[0]]).toEqual([0, expect.stringContaining('Todo concuerda')]);
  });

  test('when the name is taken by it, then it is not made again', async () => {
    expect(await newService('mi-servicio')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('«mi-servicio» ya está en uso'),
    });
  });

  test('when "Remove" is followed, then every file is as before, and it says which data stays', async () => {
    const { printed, code } = await follow('Remove');
    expect(code).toBe(0);
    expect(printed[0]).toContain(join(copy.root, '.data/mi-servicio.db'));
    expect(printed[0]).toContain(join(copy.root, '.data/secrets/mi-servicio'));
    expect(copy.files()).toEqual(before);
  });
});
