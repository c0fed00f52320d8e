/**
 * The objects of an overlay below `deploy/kubernetes`, as `kubectl kustomize` makes them: only of what those overlays use,
 * for machines without kubectl. tests/kubernetes compares the two where it is there.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [key: string]: unknown;
}

/** What is not here is not used: a wrong name would be ignored by nobody else. */
const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string(),
  bases: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  patchesStrategicMerge: z.array(z.string()).default([]),
  images: z
    .array(z.strictObject({ name: z.string(), newName: z.string().optional(), newTag: z.string() }))
    .default([]),
});

/** Lists whose items a patch finds by this key; any other list is replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
};

export function renderOverlay(folder: string): Manifest[] {
  const wanted = kustomization.parse(parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')));
  const documents = (files: readonly string[]) => files.flatMap((file) => readObjects(join(folder, file)));
  const patches = documents(wanted.patchesStrategicMerge);
  const found = [
    ...wanted.bases.flatMap((base) => renderOverlay(join(folder, base))),
    ...documents(wanted.resources),
  ];
  for (const patch of patches) {
    if (!found.some((object) => idOf(object) === idOf(patch))) throw new Error(`${idOf(patch)} is not there`);
  }
  return found.map((object) => {
    const patched = patches
      .filter((patch) => idOf(patch) === idOf(object))
      .reduce<Json>((before, patch) => merged(before, patch as JsonObject), object as JsonObject);
    const { metadata, ...rest } = withImages(patched, wanted.images) as unknown as Manifest;
    const namespace = rest.kind === 'Namespace' ? {} : { namespace: wanted.namespace };
    return { ...rest, metadata: { ...metadata, ...namespace } };
  });
}

export const readObjects = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`);
    return document.toJS() as Manifest;
  });

export const idOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

function merged(before: Json | undefined, patch: Json, field = ''): Json {
  const key = MERGE_KEYS[field];
  if (key !== undefined && Array.isArray(before) && Array.isArray(patch))
    return mergedList(before, patch, key);
  if (!isObject(before) || !isObject(patch)) return patch;
  const result = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(before[name], value, name);
  }
  return result;
}

/** What the patch adds comes first. */
function mergedList(before: Json[], patch: Json[], key: string): Json[] {
  const of = (item: Json) => (isObject(item) ? item[key] : undefined);
  const added = patch.filter((item) => !before.some((other) => of(other) === of(item)));
  const kept = before.map((item) => {
    const change = patch.find((other) => of(other) === of(item));
    return change === undefined ? item : merged(item, change);
  });
  return [...added, ...kept];
}

function withImages(value: Json, images: z.output<typeof kustomization>['images']): Json {
  if (Array.isArray(value)) return value.map((item) => withImages(item, images));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== 'image' || typeof inner !== 'string') return [key, withImages(inner, images)];
      const change = images.find(({ name }) => name === inner.replace(/:[^:/]*$/, ''));
      return [key, change ? `${change.newName ?? change.name}:${change.newTag}` : inner];
    }),
  );
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
