/** What is in the images and what containers may do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';
import { docker, openStack, SERVICES } from './stack.ts';

const stack = openStack(inject('stack'));
const NODE_SERVICES = SERVICES.filter((service) => service !== 'redis' && service !== 'frontend');
const IMAGES = ['medisupply/platform', 'medisupply/frontend'];

const baseImage = (name: string): string =>
  new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1] ?? '';

interface Inspected {
  Config: { User: string; Env: string[]; Cmd: string[] };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[] | null;
    CapAdd: string[] | null;
    SecurityOpt: string[];
    PidsLimit: number;
    Memory: number;
    Init: boolean;
  };
  NetworkSettings: { Ports: Record<string, { HostIp: string }[] | null> };
  Mounts: { Destination: string; RW: boolean; Name?: string }[];
}

async function inspect(service: string): Promise<Inspected> {
  const [container = ''] = await stack.containers(service);
  const [found] = JSON.parse(await docker(['inspect', container])) as [Inspected];
  return found;
}

test.each(SERVICES)('%s runs as nobody special, on a root that it cannot write', async (service) => {
  const { Config, HostConfig } = await inspect(service);
  expect(HostConfig).toMatchObject({
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    CapAdd: null,
    SecurityOpt: ['no-new-privileges:true'],
    Init: true,
  });
  expect([HostConfig.PidsLimit, HostConfig.Memory].every((limit) => limit > 0)).toBe(true);
  expect(Config.User).toMatch(/^(node|redis|101)$/);
  expect((await stack.exec(service, ['id', '-u'])).trim()).not.toBe('0');
  const refused = await stack.exec(service, ['sh', '-c', 'touch /intento 2>&1 || true']);
  expect(refused).toContain('Read-only file system');
});

test('what the containers keep can be read by its owner alone', async () => {
  for (const service of [...NODE_SERVICES, 'redis']) {
    const open = await stack.exec(service, ['find', '/data', '-mindepth', '1', '-perm', '/077']);
    expect([service, open.trim()]).toEqual([service, '']);
  }
});

test('only the gateway and Bull Board are published, and only to this machine', async () => {
  for (const service of SERVICES) {
    const { Ports } = (await inspect(service)).NetworkSettings;
    const published = Object.values(Ports).flatMap((bindings) => bindings ?? []);
    expect(published.every(({ HostIp }) => HostIp === '127.0.0.1')).toBe(true);
    expect([service, published.length > 0]).toEqual([service, ['frontend', 'bull-board'].includes(service)]);
  }
});

/** Every secret there is, by file. */
async function allSecrets(): Promise<Map<string, string>> {
  const { Mounts } = await inspect('redis');
  expect(Mounts.map(({ Destination }) => Destination)).toContain('/run/medisupply');
  const listing = await stack.compose([
    'run',
    '--rm',
    '-T',
    'setup',
    'node',
    '-e',
    `const fs = require('node:fs');
     const all = fs.globSync('/setup/secrets/*/*').map((path) => [path.slice(15), fs.readFileSync(path, 'utf8')]);
     process.stdout.write(JSON.stringify(all));`,
  ]);
  return new Map(JSON.parse(listing) as [string, string][]);
}

/** The parts of a secret file that nobody else may know. */
const valuesOf = (contents: string): string[] =>
  contents.trim().startsWith('{') || contents.trim().startsWith('[')
    ? [...contents.matchAll(/"(?:d|[0-9a-z]*key[0-9a-z]*|k[0-9a-f]{8})": ?"([\w-]{20,})"/g)].map(
        (match) => match[1] ?? '',
      )
    : [contents.trim()];

test('each container sees its own secrets and no others', async () => {
  const secrets = await allSecrets();
  expect(secrets.size).toBeGreaterThan(25);
  for (const service of NODE_SERVICES) {
    const folder = service.replace(/^m-/, '');
    const seen = (await stack.exec(service, ['ls', '/run/medisupply'])).trim().split(/\s+/);
    const own = [...secrets.keys()].filter((path) => path.startsWith(`${folder}/`));
    expect(seen.map((name) => `${folder}/${name}`).toSorted()).toEqual(own.toSorted());
    const elsewhere = await stack.exec(service, ['sh', '-c', 'ls -A /setup/secrets/* 2>/dev/null || true']);
    expect(elsewhere.split('\n').filter((line) => line !== '' && !line.endsWith(':'))).toEqual([]);
  }
  expect((await stack.exec('redis', ['ls', '/run/medisupply'])).trim()).toBe('redis_password\nusuarios.acl');
  const { Mounts } = await inspect('frontend');
  expect(Mounts.filter(({ Name }) => Name?.includes('secrets'))).toEqual([]);
});

test('no secret is in an image, a layer, an environment or a command line', async () => {
  const values = [...(await allSecrets()).values()].flatMap(valuesOf);
  expect(values.length).toBeGreaterThan(15);
  const told: [string, string][] = [];
  for (const service of SERVICES) {
    const [container = ''] = await stack.containers(service);
    told.push([`inspect ${service}`, await docker(['inspect', container])]);
    told.push([`top ${service}`, await docker(['top', container, '-eo', 'pid,args'])]);
  }
  for (const image of IMAGES) {
    told.push([`history ${image}`, await docker(['history', '--no-trunc', image])]);
    told.push([`inspect ${image}`, await docker(['image', 'inspect', image])]);
  }
  for (const [where, text] of told) {
    expect([where, values.filter((value) => text.includes(value))]).toEqual([where, []]);
  }
});

test('the images carry no tool to build with, no test, no setting of anybody', async () => {
  const listed = await docker([
    'run',
    '--rm',
    '--network=none',
    '--entrypoint=sh',
    'medisupply/platform',
    '-c',
    'find / -xdev -type f \\( -name ".env*" -o -name "*.db" -o -name "*.test.ts" -o -name "*.pem" -o -path "/app/*/.data/*" ' +
      '-o -name "typescript.js" -o -name "vitest*" -o -name "*.spec.ts" \\) -not -path "/etc/ssl/*" -not -path "/usr/*" 2>/dev/null; ' +
      'command -v gcc make python3 git curl || true',
  ]);
  expect(listed.trim()).toBe('');
});

test('the image of the Node processes is at most 120 MB larger than its base', async () => {
  const size = async (image: string) =>
    Number(await docker(['image', 'inspect', '--format', '{{.Size}}', image]));
  const added = ((await size('medisupply/platform')) - (await size(baseImage('NODE_IMAGE')))) / 1e6;
  expect(added).toBeGreaterThan(0);
  expect(added).toBeLessThanOrEqual(120);
});
