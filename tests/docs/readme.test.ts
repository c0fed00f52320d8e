import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SERVICES } from '@medisupply/shared/services';
import { taskRegistry } from '@medisupply/shared/tasks/registry';
import { DEFAULT_PORTS } from '../../scripts/launcher/ports.ts';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, processesOf, ROOT, runNpm } from '../launcher/launch.ts';
import { blocksOf, rowsOf, runBlocks, section } from './markdown.ts';

const SLOW = 120_000;
const BEHIND_GATEWAY = SERVICES.flatMap(({ name, gateway }) =>
  gateway ? [{ name, path: gateway.path }] : [],
);

let readme: string;
let dataDir: string;
let env: Record<string, string>;
let platform: Run;

beforeAll(async () => {
  readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-readme-')), 'data');
  env = { ...(await freePorts()), DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
  platform = runNpm(['start'], env);
  await platform.printed('MediSupply está listo');
}, SLOW);

afterAll(async () => {
  platform.child.kill('SIGTERM');
  await platform.exit;
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  await nothingLeft(dataDir);
  await rm(dirname(dataDir), { recursive: true, force: true });
}, SLOW);

describe('README, "Try"', () => {
  test(
    'when its lines are pasted one after another, then a delivery is confirmed and a forgery is refused',
    { timeout: SLOW },
    async () => {
      const blocks = blocksOf(section(readme, 'Try')).map((block) =>
        block.replaceAll('localhost:8080', `localhost:${env['GATEWAY_PORT']}`),
      );
      const { printed, errors, code } = await runBlocks(blocks, { cwd: ROOT });

      expect([code, errors]).toEqual([0, '']);
      const [signedUp = '', stored = '', confirmed = '', followed = '', forged = '', status = ''] = printed;
      expect(signedUp).toBe('Usuario creado exitosamente');
      expect(JSON.parse(stored)).toEqual([
        expect.objectContaining({
          direccion: expect.stringMatching(/^v1:/),
          estado: 'EN_CAMINO',
          pedido_id: 'PED-1',
        }),
      ]);
      expect(confirmed).toBe('');
      expect(followed).toMatch(/^SUCCESS\n/);
      expect(JSON.parse(followed.slice('SUCCESS\n'.length))).toMatchObject({
        direccion: 'Calle 93 # 11-27, Bogotá',
        nombre_recibe: 'Lucía Peña',
        estado: 'ENTREGADA',
        firma_verificada: true,
        historial: [
          { estado: 'EN_CAMINO' },
          { estado: 'PENDING_SYSTEM_CONFIRMATION' },
          { estado: 'ENTREGADA' },
        ],
      });
      expect(JSON.parse(forged)).toMatchObject({ status: 403, detail: 'Firma no válida' });
      expect(JSON.parse(status)).toMatchObject({ redis: { status: 'connected' } });
      expect(printed).toHaveLength(6);
    },
  );
});

const operation = z.object({
  security: z.array(z.partialRecord(z.enum(['bearer', 'serviceKey']), z.array(z.string()))),
});
const openApi = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

/** Who may call, in the words of the README. */
function whoOf({ security }: z.output<typeof operation>): string {
  const roles = security.find((scheme) => scheme.bearer)?.bearer;
  const people = roles && (roles.length > 0 ? roles : ['user']);
  return (
    [...(people ?? []), ...(security.some((scheme) => scheme.serviceKey) ? ['key'] : [])].join(', ') || 'all'
  );
}

describe('README, the tables', () => {
  test.each(BEHIND_GATEWAY)(
    'when $name is asked for its OpenAPI document, then they have its routes and who may call them',
    async ({ name, path: gatewayPath }) => {
      const answer = await fetch(
        `http://127.0.0.1:${env['GATEWAY_PORT']}/api/v1/${gatewayPath}/openapi.json`,
      );
      const { paths } = openApi.parse(await answer.json());
      const served = Object.entries(paths).flatMap(([path, operations]) =>
        Object.entries(operations).map(
          ([method, described]) =>
            `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')} | ${whoOf(described)}`,
        ),
      );
      const documented = rowsOf(section(readme, 'Endpoints'), new RegExp(`^${name}$`)).flatMap(
        ([calls = '', who = '']) =>
          [...calls.matchAll(/`([A-Z]+ [^`]+)`/g)].map(
            (call) => `${call[1]} | ${who.replace('refresh token', 'all')}`,
          ),
      );
      expect(documented.toSorted()).toEqual(served.toSorted());
    },
  );

  test('when the registry is read, then they have its tasks with their queues and time limits', () => {
    const documented = rowsOf(section(readme, 'Tasks'), /^task$/).map(([name, queue, limit]) => [
      name,
      queue,
      limit,
    ]);
    const registered = taskRegistry.map(({ name, queue, timeLimit }) => [
      `\`${name}\``,
      queue,
      `${timeLimit / 1_000} s`,
    ]);
    expect(documented).toEqual(expect.arrayContaining(registered));
    expect(documented).toHaveLength(registered.length);
  });

  test('when the launcher takes its default ports, then they are the ones that stand there', () => {
    const documented = rowsOf(section(readme, 'Services and ports'), /^process$/).flatMap(
      ([, , ports = '']) => (ports.match(/\d+/g) ?? []).map(Number),
    );
    expect(new Set(documented)).toEqual(new Set(Object.values(DEFAULT_PORTS)));
  });
});
