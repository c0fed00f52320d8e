/** Where the time of a CPU profile went: by package, and by the function of ours that it was spent for. */
import type { Profiler } from 'node:inspector';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../tests/launcher/launch.ts';

/** What took how much (ms), the most first. */
export type Shares = [name: string, ms: number][];

export interface ProfileShares {
  /** Time in which it was not idle (ms). */
  busy: number;
  packages: Shares;
  functions: Shares;
}

type Node = Profiler.ProfileNode;

const NOT_OURS = 'ninguna función propia';
/** Beginning and ending a profile takes time itself. */
const PROFILER = 'bench/profile/preload.ts';

export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ProfileShares {
  const parents = new Map<number, Node>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const own = new Map<number, number>();
  for (const [at, id] of samples.entries())
    own.set(id, (own.get(id) ?? 0) + Math.max(0, timeDeltas[at] ?? 0) / 1_000);

  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  for (const node of nodes) {
    const ms = own.get(node.id) ?? 0;
    if (ms === 0 || node.callFrame.functionName === '(idle)') continue;
    const spentFor = ownFunction(node, parents);
    if (spentFor.includes(PROFILER)) continue;
    busy += ms;
    add(packages, packageOf(node, parents), ms);
    add(functions, spentFor, ms);
  }
  return { busy, packages: sorted(packages), functions: sorted(functions) };
}

/** What is native counts for itself, with the package that called it. */
function packageOf(
  { id, callFrame: { functionName, url } }: Node,
  parents: ReadonlyMap<number, Node>,
): string {
  if (url.startsWith('node:')) return 'node';
  if (url === '') {
    if (functionName.startsWith('(')) return functionName;
    const caller = parents.get(id);
    return `${functionName || 'sin nombre'}, nativo, desde ${caller ? packageOf(caller, parents).replace(/.*, desde /, '') : '?'}`;
  }
  const path = pathOf(url);
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return installed ?? /^(?:services\/|frontend\/)?[^/]+/.exec(path)?.[0] ?? path;
}

/** The nearest function of the repository's own, the node itself or one that called it. */
function ownFunction(node: Node, parents: ReadonlyMap<number, Node>): string {
  for (let at: Node | undefined = node; at; at = parents.get(at.id)) {
    const { functionName, url, lineNumber } = at.callFrame;
    if (!url.startsWith('file:') || url.includes('/node_modules/')) continue;
    return `${functionName || 'anónima'} ${pathOf(url)}:${lineNumber + 1}`;
  }
  return NOT_OURS;
}

const pathOf = (url: string): string => (url.startsWith('file:') ? relative(ROOT, fileURLToPath(url)) : url);

function add(sums: Map<string, number>, name: string, ms: number): void {
  sums.set(name, (sums.get(name) ?? 0) + ms);
}

const sorted = (sums: ReadonlyMap<string, number>): Shares => [...sums].toSorted(([, a], [, b]) => b - a);
