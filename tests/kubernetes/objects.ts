import type { Manifest } from '../../scripts/services/render-overlay.ts';

export interface Container {
  image: string;
  securityContext?: object;
  ports?: { containerPort: number }[];
  volumeMounts?: { name: string }[];
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  securityContext?: object;
  terminationGracePeriodSeconds?: number;
  volumes?: {
    name: string;
    secret?: { secretName: string };
    persistentVolumeClaim?: { claimName: string };
  }[];
}

const RUNS_PODS = new Set(['Deployment', 'StatefulSet', 'Pod']);

/** Of everything that runs, under its name. */
export const podsOf = (objects: readonly Manifest[]): { name: string; pod: PodSpec }[] =>
  objects
    .filter(({ kind }) => RUNS_PODS.has(kind))
    .map(({ kind, metadata, spec }) => ({
      name: metadata.name,
      pod: kind === 'Pod' ? (spec as PodSpec) : (spec as { template: { spec: PodSpec } }).template.spec,
    }));

export const specOf = (objects: readonly Manifest[], name: string): Record<string, unknown> =>
  objects.find(({ kind, metadata }) => RUNS_PODS.has(kind) && metadata.name === name)?.['spec'] as Record<
    string,
    unknown
  >;

export const namesOf = (objects: readonly Manifest[], kind: string): string[] =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

/** Whom Services and budgets select and autoscalers scale. */
export const appsNamedIn = (objects: readonly Manifest[]): string[] =>
  objects.flatMap(({ spec }) => {
    const { selector, scaleTargetRef } = (spec ?? {}) as {
      selector?: { app?: string; matchLabels?: { app: string } };
      scaleTargetRef?: { name: string };
    };
    return scaleTargetRef?.name ?? selector?.matchLabels?.app ?? selector?.app ?? [];
  });
