import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { REDIS_PASSWORD_READERS } from '@medisupply/shared/security/secret-layout';
import type { Manifest } from '../../scripts/services/render-overlay.ts';
import { idOf, renderOverlay } from '../../scripts/services/render-overlay.ts';
import { ROOT } from '../launcher/launch.ts';
import type { Container, PodSpec } from './objects.ts';
import { appsNamedIn, namesOf, podsOf, specOf } from './objects.ts';
import { problemsOf } from './validate.ts';

const FOLDER = join(ROOT, 'deploy/kubernetes/overlays');
const OVERLAYS = ['one-node', 'one-node-tools', 'scale', 'scale-keda'] as const;

const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;
const rendered = new Map(OVERLAYS.map((name) => [name, renderOverlay(join(FOLDER, name))]));
const objectsOf = (overlay: (typeof OVERLAYS)[number]): Manifest[] => rendered.get(overlay) ?? [];

describe.each(OVERLAYS)('overlay %s', (overlay) => {
  const objects = objectsOf(overlay);
  const pods = podsOf(objects);

  test.runIf(hasKubectl)('when kubectl renders it, then these are the same objects', () => {
    const { stdout, status } = spawnSync('kubectl', ['kustomize', join(FOLDER, overlay)], {
      encoding: 'utf8',
    });
    const byId = (list: readonly Manifest[]) => Object.fromEntries(list.map((one) => [idOf(one), one]));
    expect(status).toBe(0);
    expect(byId(parseAllDocuments(stdout).map((one) => one.toJS() as Manifest))).toEqual(byId(objects));
  });

  test('when its objects are validated, then nothing is wrong, and nothing is unknown', async () => {
    expect(await problemsOf(objects)).toEqual([]);
  });

  test('when its names are looked at, then none is there twice', () => {
    expect(objects.map(idOf)).toEqual([...new Set(objects.map(idOf))]);
  });

  test('when a pod starts, then it may do what the restricted standard allows and no more', () => {
    for (const { name, pod } of pods) {
      expect([name, pod.securityContext]).toEqual([
        name,
        expect.objectContaining({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }),
      ]);
      expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect([...pod.containers.map(privileges), ...(pod.initContainers ?? []).map(privileges)]).toEqual(
        pod.containers.map(() => ({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })),
      );
    }
  });

  test('when a pod is told to stop, then it has the time for it', () => {
    for (const { name, pod } of pods) {
      // The lame duck and closing are 22 s (shared/src/lifecycle/run-process.ts); 30 is what the compose file gives.
      expect([name, pod.terminationGracePeriodSeconds]).toEqual([name, 30]);
    }
  });

  test('when something is named, then it is there', () => {
    const there = {
      claims: namesOf(
        overlay === 'one-node-tools' ? objectsOf('one-node') : objects,
        'PersistentVolumeClaim',
      ),
      secrets: REDIS_PASSWORD_READERS.map((reader) => `medisupply-${reader}`),
      apps: pods.map(({ name }) => name),
    };
    expect(there.apps).toEqual(expect.arrayContaining(appsNamedIn(objects)));
    for (const { name, pod } of pods) {
      const volumes = pod.volumes ?? [];
      const kept = (specOf(objects, name)['volumeClaimTemplates'] ?? []) as Manifest[];
      const mountable = [...volumes, ...kept.map(({ metadata }) => metadata)].map((one) => one.name);
      const mounted = pod.containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map((one) => one.name));
      const secrets = volumes.flatMap(({ secret }) => secret?.secretName ?? []);
      const claims = volumes.flatMap((one) => one.persistentVolumeClaim?.claimName ?? []);
      expect([name, mountable.toSorted()]).toEqual([name, mounted.toSorted()]);
      expect([name, there.secrets]).toEqual([name, expect.arrayContaining(secrets)]);
      expect([name, there.claims]).toEqual([name, expect.arrayContaining(claims)]);
    }
  });

  test('when a policy has an arrow, then its end listens on that port', () => {
    const ports = new Map(pods.map(({ name, pod }) => [name, portsOf(pod)]));
    const arrows = objects
      .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && /-to-(m-|bull|redis)/.test(metadata.name))
      .filter(({ metadata }) => ports.has(metadata.name.split('-to-')[1] ?? ''));
    for (const { metadata, spec } of arrows as (Manifest & {
      spec: { ingress: { ports: { port: number }[] }[] };
    })[]) {
      const target = metadata.name.split('-to-')[1] ?? '';
      const allowed = spec.ingress.flatMap((rule) => rule.ports.map(({ port }) => port));
      expect([metadata.name, ports.get(target)]).toEqual([metadata.name, expect.arrayContaining(allowed)]);
    }
  });
});

const privileges = ({ securityContext }: Container) => securityContext;
const portsOf = ({ containers }: PodSpec): number[] =>
  containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));

test('when a field is unknown or of the wrong type, then it is refused', async () => {
  const worker = objectsOf('scale-keda').find((one) => idOf(one) === 'Deployment/worker');
  const scaled = objectsOf('scale-keda').find(({ kind }) => kind === 'ScaledObject');
  if (!worker || !scaled) throw new Error('not there');
  const wrong = structuredClone(worker) as Manifest & { spec: { template: { spec: PodSpec } } };
  Object.assign(wrong.spec.template.spec, { terminationGraceSeconds: 5 });
  const mistyped = structuredClone(worker) as Manifest & { spec: { replicas?: unknown } };
  mistyped.spec.replicas = 'two';
  const odd = structuredClone(scaled) as Manifest & { spec: Record<string, unknown> };
  odd.spec['minReplicas'] = 2;
  expect(await problemsOf([worker, wrong, mistyped, odd])).toEqual([
    expect.stringMatching(/^Deployment\/worker: .*replicas must be integer/),
    expect.stringMatching(/^Deployment\/worker: .*'?"?terminationGraceSeconds"?'? does not exist/),
    expect.stringMatching(/^Deployment\/worker: Type 'string' is not assignable to type 'number'/),
    expect.stringMatching(/^ScaledObject\/worker: .*minReplicas"? does not exist|minReplicas/),
  ]);
});

test("when the README's picture has an arrow between processes, then each overlay has its policy", () => {
  const [picture = ''] = /```mermaid\n.*?```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  const named: Record<string, string> = {
    door: 'frontend',
    aut: 'm-autorizador',
    log: 'm-logistica-inventario',
    mon: 'm-monitor',
    board: 'bull-board',
  };
  const arrows = [...picture.matchAll(/^ *(\w+)\S* -[.-]*->(?:\|[^|]*\|)? (\w+)/gm)]
    .map(([, from = '', to = '']) => [named[from] ?? from, named[to] ?? to] as const)
    // The worker fetches; a database is a file here, and who relays what is in it is its owner.
    .map(([from, to]) =>
      from === 'redis' ? [to, from] : [from === 'db' ? 'm-logistica-inventario' : from, to],
    )
    .filter(([, to]) => to !== 'db');
  expect(arrows.length).toBeGreaterThan(8);
  const policies = namesOf(objectsOf('one-node'), 'NetworkPolicy');
  expect(policies).toEqual(expect.arrayContaining(arrows.map(([from, to]) => `${from}-to-${to}`)));
  for (const overlay of ['scale', 'scale-keda'] as const) {
    const outward = arrows.map(([from, to]) => (to === 'redis' ? 'processes-to-redis' : `${from}-to-${to}`));
    expect(namesOf(objectsOf(overlay), 'NetworkPolicy')).toEqual(expect.arrayContaining(outward));
  }
});

test('when images are named, then they are of the version of package.json', () => {
  const { version } = parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  for (const overlay of OVERLAYS) {
    for (const { pod } of podsOf(objectsOf(overlay)))
      for (const { image } of pod.containers)
        expect(image).toMatch(new RegExp(`^medisupply/\\w+:${version}$`));
  }
});

test('when several processes share the work, then a rolling update takes none away, and a budget keeps them', () => {
  for (const overlay of ['scale', 'scale-keda'] as const) {
    const objects = objectsOf(overlay);
    const scaled = objects.flatMap(({ kind, spec }) =>
      kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject'
        ? [(spec as { scaleTargetRef: { name: string } }).scaleTargetRef.name]
        : [],
    );
    expect(scaled.toSorted()).toEqual([
      'frontend',
      'm-autorizador',
      'm-logistica-inventario',
      'm-monitor',
      'worker',
    ]);
    expect(namesOf(objects, 'PodDisruptionBudget').toSorted()).toEqual(scaled.toSorted());
    for (const name of scaled) {
      // Who decides how many there are is asked alone.
      expect(specOf(objects, name)['replicas']).toBeUndefined();
      expect(specOf(objects, name)['strategy']).toEqual({
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      });
    }
  }
});

test('when a service is a lame duck, then it has 12 of its 22 s left to close', () => {
  for (const overlay of ['one-node', 'scale', 'scale-keda'] as const)
    expect(objectsOf(overlay).find((one) => idOf(one) === 'ConfigMap/medisupply')).toMatchObject({
      data: { LAME_DUCK_MS: '10000' },
    });
});

test('when a backup is made, then it sees every database', () => {
  const [{ pod } = { pod: undefined }] = podsOf(objectsOf('one-node-tools'));
  const seen = (pod?.volumes ?? []).flatMap((one) => one.persistentVolumeClaim?.claimName ?? []);
  expect(seen.toSorted()).toEqual(namesOf(objectsOf('one-node'), 'PersistentVolumeClaim').toSorted());
});

test('when one node has the databases, then no two processes of a kind open one', () => {
  const objects = objectsOf('one-node');
  for (const { name, pod } of podsOf(objects)) {
    if (!(pod.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim)) continue;
    expect([name, specOf(objects, name)]).toEqual([
      name,
      expect.objectContaining({ replicas: 1, strategy: { type: 'Recreate' } }),
    ]);
  }
});

test('when the overlay of docs/kubernetes.md is written as it stands there, then it renders and is valid', async () => {
  const page = readFileSync(join(ROOT, 'docs/kubernetes.md'), 'utf8');
  const [kustomization = '', ...patches] = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, block = '']) => block,
  );
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-overlay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const base = relative(folder, FOLDER);
  const text = kustomization.replace('../MediSupply/deploy/kubernetes/overlays', base);
  writeFileSync(join(folder, 'kustomization.yaml'), text);
  for (const [index, name] of ['configuration.yaml', 'frontend.yaml'].entries())
    writeFileSync(join(folder, name), patches[index] ?? '');
  const objects = renderOverlay(folder);
  expect(await problemsOf(objects)).toEqual([]);
  expect(objects.find((one) => idOf(one) === 'Service/frontend')).toMatchObject({
    spec: { type: 'LoadBalancer', selector: { app: 'frontend' } },
  });
  for (const { pod } of podsOf(objects))
    for (const { image } of pod.containers) expect(image).toMatch(/^images\.example\/medisupply\//);
});
