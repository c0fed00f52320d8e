import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';
import type { Copy } from './copy.ts';
import { copyRepository } from './copy.ts';

let copy: Copy;

beforeAll(() => {
  copy = copyRepository();
});

afterAll(() => copy.remove());

function check(root: string) {
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/node'),
    ['scripts/new-service.ts', '--check'],
    { cwd: root, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

/** What it says in words, one entry per problem: `file: what → remedy`. */
const problemsOf = (root: string): string[] =>
  check(root)
    .stderr.split('\n')
    .slice(1)
    .join('\n')
    .replaceAll('\n    → ', ' → ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function write(file: string, text: string): void {
  mkdirSync(dirname(join(copy.root, file)), { recursive: true });
  writeFileSync(join(copy.root, file), text);
}

/** @throws Error when there is nothing to replace: the test would prove nothing */
function edit(file: string, pattern: string | RegExp, replacement: string): void {
  const before = readFileSync(join(copy.root, file), 'utf8');
  const after = before.replace(pattern, replacement);
  if (after === before) throw new Error(`${file} has no ${String(pattern)}`);
  write(file, after);
}

test('when the repository itself is checked, then everything agrees', () => {
  expect(check(ROOT)).toEqual({ status: 0, stdout: expect.stringContaining('Todo concuerda'), stderr: '' });
});

const COMPOSE = `services:
  m-autorizador:
  m-logistica-inventario:
  bull-board:
  m-viejo:
volumes:
  secrets_autorizador:
  secrets_logistica-inventario:
  secrets_monitor:
  data_autorizador:
  data_logistica:
  data_monitor:
`;

const TASK = `import { z } from 'zod';
import { defineTask } from './define-task.ts';

export const huerfana = defineTask({
  name: 'monitor.huerfana',
  queue: 'default',
  description: 'Ninguna',
  params: z.strictObject({}),
  timeLimit: 1_000,
  retry: { via: 'queue', max: 1 },
});

export const huerfanaTasks = [huerfana] as const;
`;

const HANDLER = `import { defineHandler } from '@medisupply/shared/queueing/handler';
import { huerfana } from '@medisupply/shared/tasks/huerfana';

export default defineHandler(huerfana, () => Promise.resolve(null));
`;

/** What is broken, how, and what is to be said about it. */
const DRIFTS: [string, () => void, string[]][] = [
  [
    'a folder of services/ is not in the list',
    () => write('services/huerfano/package.json', '{}'),
    [
      'services/huerfano: es una carpeta de servicio que no está en la lista → añada una línea a shared/src/services.ts, o borre la carpeta',
    ],
  ],
  [
    "a configuration has another port than the list's",
    () => edit('services/monitor/src/config.ts', 'port(5001)', 'port(5011)'),
    [
      'services/monitor/src/config.ts: MONITOR_PORT es 5011 y en la lista es 5001 → ponga MONITOR_PORT: port(5001), o corrija shared/src/services.ts',
    ],
  ],
  [
    'a service reads a secret that nobody gives it',
    () => edit('services/autorizador/src/config.ts', "file: 'password_pepper'", "file: 'queue_key'"),
    [
      'services/autorizador/src/config.ts: lee el secreto queue_key, que nadie le da → añada autorizador a sus lectores en shared/src/security/secret-layout.ts',
    ],
  ],
  [
    'a declaration is not in the registry',
    () => write('shared/src/tasks/huerfana.ts', TASK),
    [
      'shared/src/tasks/registry.ts: no tiene monitor.huerfana de shared/src/tasks/huerfana.ts → importe huerfanaTasks y añada ...huerfanaTasks a taskRegistry, o borre shared/src/tasks/huerfana.ts',
    ],
  ],
  [
    'a handler is not in the registry',
    () => write('services/monitor/src/tasks/huerfana.task.ts', HANDLER),
    [
      'services/monitor/src/tasks/huerfana.task.ts: monitor.huerfana no está en shared/src/tasks/registry.ts → añádala',
    ],
  ],
  [
    'a task has no handler',
    () => rmSync(join(copy.root, 'services/monitor/src/tasks/log-activity.task.ts')),
    [
      'services: monitor.log_activity no tiene manejador → cree services/<servicio>/src/tasks/log-activity.task.ts',
    ],
  ],
  [
    'a handler is in the wrong file, and two tasks have the same tipo',
    () => edit('shared/src/tasks/monitor.ts', 'monitor.generate_metrics', 'monitor.generar_reporte'),
    [
      'shared/src/tasks/registry.ts: logistica.generar_reporte y monitor.generar_reporte tienen el mismo tipo, generar_reporte, en POST /tareas → dé otro nombre a una de ellas, también a su archivo .task.ts',
      'services/monitor/src/tasks/generate-metrics.task.ts: el archivo de monitor.generar_reporte debe llamarse generar-reporte.task.ts → corríjalo',
      'README.md: su tabla de tareas no tiene monitor.generar_reporte → añada su fila',
      'README.md: tiene una fila de monitor.generate_metrics, que no está en el registro de tareas → bórrela',
      'README.es.md: su tabla de tareas no tiene monitor.generar_reporte → añada su fila',
      'README.es.md: tiene una fila de monitor.generate_metrics, que no está en el registro de tareas → bórrela',
    ],
  ],
  [
    '.env.example lacks a key, has another value, and has a key of nobody',
    () => {
      edit('.env.example', /^LOGISTICA_PORT=.*\n/m, '');
      edit('.env.example', 'BULL_BOARD_URL=http://127.0.0.1:5555', 'BULL_BOARD_URL=http://127.0.0.1:5556');
      edit('.env.example', /$/, '\n# Old.\n#VIEJO_URL=http://127.0.0.1:5009\n');
    },
    [
      '.env.example: no tiene LOGISTICA_PORT → añada «LOGISTICA_PORT=5002» con su comentario',
      '.env.example: BULL_BOARD_URL es http://127.0.0.1:5556 y en la lista es http://127.0.0.1:5555 → ponga BULL_BOARD_URL=http://127.0.0.1:5555',
      '.env.example: VIEJO_URL no es de ningún servicio de la lista → borre su línea, o añada el servicio a shared/src/services.ts',
    ],
  ],
  [
    'package-lock.json lacks a workspace and has one that is gone',
    () => edit('package-lock.json', '"services/monitor": {', '"services/viejo": {'),
    [
      'package-lock.json: no tiene services/monitor → ejecute npm install --package-lock-only --ignore-scripts',
      'package-lock.json: tiene services/viejo, que no existe → ejecute npm install --package-lock-only --ignore-scripts',
    ],
  ],
  [
    'the compose file has no slots, lacks a service and a volume, and has a service of nobody',
    () => write('docker-compose.yml', COMPOSE),
    [
      'docker-compose.yml: no tiene ranuras <new-service> → ponga las de docs/add-a-service.md, para que npm run new-service sepa dónde añadir',
      'docker-compose.yml: no tiene m-monitor → añádalo como el de los otros servicios',
      'docker-compose.yml: no tiene secrets_bull-board → añádalo como el de los otros servicios',
      'docker-compose.yml: m-viejo no es de ningún servicio de la lista → bórrelo, o añada el servicio a shared/src/services.ts',
    ],
  ],
  [
    "the README lacks a service's row, another's port, an endpoint table, and has a service that is gone",
    () => {
      edit(
        'README.md',
        /\n\| bull-board .*(?=\n)/,
        '\n| viejo | [services/viejo](services/viejo) | 5009 | x |',
      );
      edit('README.md', /(?<=\n\| monitor .*)5001/, '5011');
      edit('README.md', /\n\| autorizador +\| who/, '\n| otra cosa | who');
      edit('README.md', /(?<=\n\| `monitor.health_check` +\| )monitor/, 'default');
    },
    [
      'README.md: su tabla de servicios no tiene bull-board → añada una fila con services/bull-board y 5555',
      'README.md: la fila de monitor no dice su puerto, 5001 → corríjala',
      'README.md: no tiene la tabla de rutas de autorizador → añádala como la de los otros servicios',
      'README.md: tiene una fila de viejo, que no está en la lista → bórrela',
      'README.md: la fila de monitor.health_check dice la cola default y es monitor → corríjala',
    ],
  ],
];

describe('a copy in which all drifts apart', () => {
  let said: string[];

  beforeAll(() => {
    for (const [, breakIt] of DRIFTS) breakIt();
    said = problemsOf(copy.root);
  }, 60_000);

  test.each(DRIFTS)('when %s, then it is said, with file and remedy', (_, _breakIt, expected) => {
    expect(said).toEqual(expect.arrayContaining(expected));
  });

  test('when all of it is said, then nothing else is', () => {
    expect(said.toSorted()).toEqual(DRIFTS.flatMap(([, , expected]) => expected).toSorted());
  });
});

describe('a copy in which the list itself is wrong', () => {
  let clean: Copy;

  beforeAll(() => {
    clean = copyRepository();
    const list = join(clean.root, 'shared/src/services.ts');
    const fantasma = `{ name: 'fantasma', title: 'F', variable: 'FANTASMA', port: 5001, gateway: { path: 'monitor' }, database: 'monitor' },`;
    writeFileSync(
      list,
      readFileSync(list, 'utf8').replace('] as const satisfies', `${fantasma}\n] as const satisfies`),
    );
  });

  afterAll(() => clean.remove());

  test('when a service takes the place of another and exists nowhere else, then all that is said', () => {
    expect(problemsOf(clean.root)).toEqual(
      expect.arrayContaining([
        'shared/src/services.ts: monitor y fantasma tienen la ruta del gateway monitor → dé otro a uno de ellos',
        'shared/src/services.ts: monitor y fantasma tienen la base monitor → dé otro a uno de ellos',
        'shared/src/services.ts: MONITOR_PORT y FANTASMA_PORT tienen el puerto 5001 → dé otro a uno de ellos',
        'services/fantasma/src/main.ts: falta → créelo, o quite fantasma de shared/src/services.ts',
        '.env.example: no tiene FANTASMA_PORT → añada «FANTASMA_PORT=5001» con su comentario',
        '.env.example: no tiene FANTASMA_URL → añada «#FANTASMA_URL=http://127.0.0.1:5001» con su comentario',
        'README.md: su tabla de servicios no tiene fantasma → añada una fila con services/fantasma y 5001',
        'README.md: no tiene la tabla de rutas de fantasma → añádala como la de los otros servicios',
      ]),
    );
  });
});

describe('a copy whose manifests drift from the compose file', () => {
  let clean: Copy;
  const change = (file: string, pattern: string | RegExp, replacement: string) => {
    const path = join(clean.root, 'deploy/kubernetes', file);
    const before = readFileSync(path, 'utf8');
    expect([file, before.search(pattern)]).not.toEqual([file, -1]);
    writeFileSync(path, before.replaceAll(pattern, replacement));
  };

  beforeAll(() => {
    clean = copyRepository();
    change('base/m-autorizador.yaml', /containerPort: 5003/g, 'containerPort: 5013');
    change('base/m-autorizador.yaml', /port: 5003/g, 'port: 5013');
    change('base/m-monitor.yaml', /services\/monitor/g, 'services/otro');
    change('base/m-monitor.yaml', /memory: 512Mi/g, 'memory: 1Gi');
    change('base/m-monitor.yaml', /medisupply-monitor/g, 'medisupply-worker');
    change('base/bull-board.yaml', /:\/\/bull-board@/g, '://operator@');
    change('base/kustomization.yaml', / {2}- frontend.yaml\n/g, '');
    change('base/configuration.yaml', /RELAY_POLL_MS: '250'/g, "RELAY_POLL_MS: '500'\n  VIEJA: '1'");
    change('base/configuration.yaml', / {2}REGISTRO: .*\n/g, '');
    change('base/configuration.yaml', /5002/g, '5012');
    change('base/network.yaml', /frontend-to-m-monitor/g, 'puerta-to-m-monitor');
    change('overlays/one-node/databases.yaml', /\/data\/autorizador/g, '/data/otra');
    change('overlays/one-node/volumes.yaml', /<\/?new-service>/g, 'nada');
  });

  afterAll(() => clean.remove());

  test('when it is checked, then each difference is said once, with file and remedy', () => {
    const said = problemsOf(clean.root).map((line) => line.replace('deploy/kubernetes/', ''));
    expect(said.toSorted()).toEqual(
      [
        'base/frontend.yaml: no tiene frontend → añádalo como el de los otros, también en kustomization.yaml',
        'base/m-autorizador.yaml: el puerto de m-autorizador es 5013 y en docker-compose.yml es 5003 → ponga la misma en ambos',
        'base/m-autorizador.yaml: no tiene un Service m-autorizador con el puerto 5003 → añádalo como el de los otros servicios',
        'base/m-monitor.yaml: la orden de m-monitor es node --max-semi-space-size=4 services/otro/src/main.ts y en docker-compose.yml es node --max-semi-space-size=4 services/monitor/src/main.ts → ponga la misma en ambos',
        'base/m-monitor.yaml: la memoria de m-monitor es 1Gi y en docker-compose.yml es 512Mi → ponga la misma en ambos',
        'base/m-monitor.yaml: m-monitor no monta medisupply-monitor:/run/medisupply → móntelo como en docker-compose.yml',
        "base/bull-board.yaml: REDIS_URL es «redis://operator@redis:6379» y según docker-compose.yml es «redis://bull-board@redis:6379» → ponga REDIS_URL: 'redis://bull-board@redis:6379'",
        "base/configuration.yaml: no tiene REGISTRO → ponga REGISTRO: 'abierto'",
        'base/configuration.yaml: VIEJA no es de docker-compose.yml → bórrela, o añádala allí',
        "base/configuration.yaml: RELAY_POLL_MS es «500» y según docker-compose.yml es «250» → ponga RELAY_POLL_MS: '250'",
        "base/configuration.yaml: LOGISTICA_URL es «http://m-logistica-inventario.medisupply.svc.cluster.local:5012» y según docker-compose.yml es «http://m-logistica-inventario.medisupply.svc.cluster.local:5002» → ponga LOGISTICA_URL: 'http://m-logistica-inventario.medisupply.svc.cluster.local:5002'",
        'base/network.yaml: no tiene frontend-to-m-monitor → añádala como la de los otros servicios',
        'overlays/one-node/databases.yaml: m-autorizador no monta data-autorizador:/data/autorizador → móntelo como en docker-compose.yml',
        'overlays/one-node/volumes.yaml: no tiene ranuras <new-service> → ponga las de docs/add-a-service.md, para que npm run new-service sepa dónde añadir',
      ].toSorted(),
    );
  });
});
