/** Finds where the manifests of Kubernetes contradict the compose file and the list of services. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVICES } from '@medisupply/shared/services';
import type { Problem, Problems } from './problem.ts';
import { composeNameOf } from './problem.ts';
import type { Manifest } from './render-overlay.ts';
import { renderOverlay } from './render-overlay.ts';
import { hasSlots, readText } from './slots.ts';

const FOLDER = 'deploy/kubernetes';
const OVERLAYS = ['one-node', 'scale', 'scale-keda'];
/** Where the state is with the processes, as in the compose file. */
const WITH_STATE = 'one-node';
const CONFIGURATION = `${FOLDER}/base/configuration.yaml`;
const WITH_SLOTS = [
  'base/kustomization.yaml',
  'base/configuration.yaml',
  'base/network.yaml',
  'overlays/one-node/volumes.yaml',
  'overlays/one-node/databases.yaml',
  'overlays/one-node/network.yaml',
  'overlays/one-node-tools/tools.yaml',
  'replicated/disruption.yaml',
  'replicated/replicas.yaml',
  'replicated/network.yaml',
];

/** Variables that one of the two has alone, or has for itself. */
const OF_COMPOSE = /^(TLS_(CERT|KEY)_FILE|(?!FRONTEND|GATEWAY).*_PORT)$/;
const OF_KUBERNETES = /^(REDIS_(SCHEME|HOSTS)|DATABASE_.*)$/;
const DIFFERENT = new Set(['LOG_FORMAT', 'LAME_DUCK_MS']);

interface ComposeProcess {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  mem_limit: string;
}

interface Container {
  image: string;
  command?: string[];
  env?: { name: string; value?: string }[];
  ports?: { containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string }[];
  resources?: { limits?: { memory?: string } };
}

interface Workload {
  containers: [Container];
  volumes?: {
    name: string;
    secret?: { secretName: string };
    persistentVolumeClaim?: { claimName: string };
  }[];
}

export function manifestProblems(root: string): Problem[] {
  if (!existsSync(join(root, FOLDER)) || !existsSync(join(root, 'docker-compose.yml'))) return [];
  const compose = parse(readText(root, 'docker-compose.yml'), { merge: true }) as {
    'x-environment'?: object;
    services: Record<string, ComposeProcess | null>;
  };
  // One that says nothing of what its processes get.
  if (!compose['x-environment']) return [];
  // Those that run once have none.
  const processes = Object.entries(compose.services).filter(([, process]) => process?.healthcheck);
  const found = [
    ...slotProblems(root),
    ...OVERLAYS.flatMap((overlay) => {
      try {
        const objects = renderOverlay(join(root, FOLDER, 'overlays', overlay));
        return [...overlayProblems(overlay, objects, new Map(processes as [string, ComposeProcess][]))];
      } catch (error) {
        return [{ file: `${FOLDER}/overlays/${overlay}`, what: String(error), remedy: 'corríjalo' }];
      }
    }),
  ];
  // What is wrong in the base is wrong in each overlay.
  return [...new Map(found.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function* slotProblems(root: string): Problems {
  for (const path of WITH_SLOTS) {
    const file = `${FOLDER}/${path}`;
    if (existsSync(join(root, file)) && hasSlots(readText(root, file))) continue;
    yield {
      file,
      what: 'no tiene ranuras <new-service>',
      remedy: 'ponga las de docs/add-a-service.md, para que npm run new-service sepa dónde añadir',
    };
  }
}

function* overlayProblems(
  overlay: string,
  objects: readonly Manifest[],
  processes: ReadonlyMap<string, ComposeProcess>,
): Problems {
  const find = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  const configuration = (find('ConfigMap', 'medisupply')?.['data'] ?? {}) as Record<string, string>;
  const workloads = new Map(
    objects
      .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(({ metadata, spec }) => [metadata.name, workloadOf(spec)]),
  );
  for (const [name, process] of processes) {
    if (name === 'redis' && overlay !== WITH_STATE) continue;
    const workload = workloads.get(name);
    const file = `${FOLDER}/base/${name}.yaml`;
    if (workload) yield* processProblems(overlay, name, { process, workload, configuration });
    else
      yield {
        file,
        what: `no tiene ${name}`,
        remedy: 'añádalo como el de los otros, también en kustomization.yaml',
      };
  }
  for (const name of workloads.keys()) {
    if (processes.has(name)) continue;
    yield {
      file: `${FOLDER}/base/${name}.yaml`,
      what: `${name} no es de docker-compose.yml`,
      remedy: 'bórrelo, o añádalo allí',
    };
  }
  for (const service of SERVICES) {
    const name = composeNameOf(service);
    const { ports = [] } = (find('Service', name)?.['spec'] ?? {}) as { ports?: { port: number }[] };
    if (!ports.some(({ port }) => port === service.port))
      yield {
        file: `${FOLDER}/base/${name}.yaml`,
        what: `no tiene un Service ${name} con el puerto ${service.port}`,
        remedy: 'añádalo como el de los otros servicios',
      };
    const arrows = [
      ...(service.gateway ? [['base', `frontend-to-${name}`] as const] : []),
      ...(overlay === WITH_STATE ? [['overlays/one-node', `${name}-to-redis`] as const] : []),
    ];
    for (const [folder, arrow] of arrows) {
      if (find('NetworkPolicy', arrow)) continue;
      const file = `${FOLDER}/${folder}/network.yaml`;
      yield { file, what: `no tiene ${arrow}`, remedy: 'añádala como la de los otros servicios' };
    }
  }
}

/** Of a Deployment, or of a StatefulSet with the volumes that it claims for itself. */
function workloadOf(spec: unknown): Workload {
  const { template, volumeClaimTemplates = [] } = spec as {
    template: { spec: Workload };
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  return { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claimed] };
}

interface Pair {
  process: ComposeProcess;
  workload: Workload;
  configuration: Record<string, string>;
}

function* processProblems(overlay: string, name: string, pair: Pair): Problems {
  const { process, workload } = pair;
  const [container] = workload.containers;
  const file = name === 'redis' ? `${FOLDER}/overlays/one-node/redis.yaml` : `${FOLDER}/base/${name}.yaml`;
  const port = Number(process.healthcheck?.test.at(-1));
  const same: [string, unknown, unknown][] = [
    ['la imagen', container.image.replace(/:[^:/]*$/, ''), process.image],
    ['la orden', container.command?.join(' '), process.command?.join(' ')],
    ['la memoria', container.resources?.limits?.memory, `${process.mem_limit.slice(0, -1)}Mi`],
    ...(port ? [['el puerto', container.ports?.[0]?.containerPort, port] as [string, unknown, unknown]] : []),
  ];
  for (const [what, found, expected] of same) {
    if (found === expected) continue;
    yield {
      file,
      what: `${what} de ${name} es ${String(found)} y en docker-compose.yml es ${String(expected)}`,
      remedy: 'ponga la misma en ambos',
    };
  }
  const there = mountsOf(workload);
  for (const mount of (process.volumes ?? []).map(mountOf)) {
    const isState = mount.startsWith('data-') && overlay !== WITH_STATE;
    if (mount.startsWith('${') || isState || there.has(mount)) continue;
    const where = mount.startsWith('data-') ? `${FOLDER}/overlays/one-node/databases.yaml` : file;
    yield { file: where, what: `${name} no monta ${mount}`, remedy: 'móntelo como en docker-compose.yml' };
  }
  yield* variableProblems(overlay, { ...pair, file });
}

/** `medisupply-monitor:/run/medisupply`, `data-monitor:/data/monitor`. */
function mountOf(volume: string): string {
  const [source = '', path = ''] = volume.startsWith('${') ? [volume] : volume.split(':');
  const name = source === 'redis_data' ? 'data-redis' : source.replace(/^data_/, 'data-');
  return `${name.replace(/^secrets_/, 'medisupply-')}:${path}`;
}

const mountsOf = ({ containers: [{ volumeMounts = [] }], volumes = [] }: Workload): ReadonlySet<string> =>
  new Set(
    volumeMounts.map(({ name, mountPath }) => {
      const volume = volumes.find((one) => one.name === name);
      return `${volume?.secret?.secretName ?? volume?.persistentVolumeClaim?.claimName ?? ''}:${mountPath}`;
    }),
  );

function* variableProblems(
  overlay: string,
  { process, workload, configuration, file }: Pair & { file: string },
): Problems {
  if (!process.environment) return;
  const own = new Map((workload.containers[0].env ?? []).map((variable) => [variable.name, variable.value]));
  const expected = new Map(
    Object.entries(process.environment).map(([key, value]) => [key, inCluster(key, String(value))]),
  );
  for (const [key, wanted] of expected) {
    if (OF_COMPOSE.test(key) || DIFFERENT.has(key)) continue;
    // Elsewhere Redis is somebody's, whose address is theirs.
    if (key === 'REDIS_URL' && overlay !== WITH_STATE) continue;
    const value = own.get(key) ?? configuration[key];
    const found = value?.replaceAll(/\$\((\w+)\)/g, (_, variable: string) => configuration[variable] ?? '');
    if (found === wanted) continue;
    yield {
      file: own.has(key) ? file : CONFIGURATION,
      what:
        found === undefined
          ? `no tiene ${key}`
          : `${key} es «${found}» y según docker-compose.yml es «${wanted}»`,
      remedy: `ponga ${key}: '${wanted}'`,
    };
  }
  for (const key of [...own.keys(), ...Object.keys(configuration)]) {
    if (expected.has(key) || OF_KUBERNETES.test(key)) continue;
    yield {
      file: own.has(key) ? file : CONFIGURATION,
      what: `${key} no es de docker-compose.yml`,
      remedy: 'bórrela, o añádala allí',
    };
  }
}

/** What compose gives without a `.env`, with names in full where they are addresses of services. */
function inCluster(key: string, value: string): string {
  const plain = value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
  return key !== 'REDIS_URL' && key.endsWith('_URL')
    ? plain.replace(/:\d+$/, '.medisupply.svc.cluster.local$&')
    : plain;
}
