/** `npm run bench -- --rows N`: the same paths with few rows and with many, side by side. */
import { holdBack } from '../backlog.ts';
import { createCeilings } from '../ceilings.ts';
import { startChild } from '../child.ts';
import { confirm } from '../confirming.ts';
import type { Path } from '../paths.ts';
import { get, measurePath, PATHS } from '../paths.ts';
import { toTable } from '../report/table.ts';
import type { Result } from '../result.ts';
import type { Run } from '../run.ts';
import type { Subject } from '../subject.ts';
import { databaseOf } from '../rows.ts';
import { startSubject } from '../subject.ts';
import { fillDatabase } from './fill.ts';

const FEW = 1_000;
const CONFIRMED_PER_SECOND = 400;
/** Of the rows: jobs that wait. */
const BACKLOG = 0.1;

type Measure = (run: Run) => Promise<Result>;

const READ: readonly Path[] = [
  ...['crear', 'entrega', 'entregas', 'tareas', 'estado'].flatMap((name) => PATHS[name] ?? []),
  ...[
    '/entregas?estado=ENTREGADA',
    '/entregas?estado=CANCELADA',
    '/entregas?sin_asignar=true',
    '/entregas?pedido_id=PED-1',
    '/tareas?estado=SUCCESS',
    '/tareas?estado=FAILURE',
    '/tareas?tipo=generar_reporte',
  ].map((path): Path => ({
    name: `GET ${path}`,
    service: 'logistica-inventario',
    requests: get(`${path}&limite=20`),
    expected: 200,
  })),
];

const LISTED: readonly Measure[] = READ.map((path) => (run) => measurePath(run, path));

export interface Growth {
  rows: number;
  jobs: number;
  bytesPerDelivery: number;
  /** Without other work, and while jobs wait in the queue of the one with many rows. */
  quiet: Pair[];
  waiting: Pair[];
  emptied: Result;
}

interface Pair {
  few: Result;
  many: Result;
}

/** Two platforms, measured in turn path by path: whatever else the machine does meets both. */
export async function measureGrowth(rows: number, seconds: number): Promise<Growth> {
  const generator = await startChild('load/generator.ts');
  const subjects: Subject[] = [];
  const report = (result: Result) =>
    process.stderr.write(`· ${result.name}: ${Math.round(result.perSecond)}/s\n`);
  const start = async (filled: number) => {
    const subject = await startSubject();
    subjects.push(subject);
    const ceilings = createCeilings(subject, generator, { seconds, report });
    const run: Run = { subject, generator, ceilings, report, seconds };
    await confirmSome(run);
    return { run, bytesPerDelivery: await fillDatabase(databaseOf(subject.platform.dataDir), filled) };
  };
  try {
    const { run: few } = await start(FEW);
    const { run: many, bytesPerDelivery } = await start(rows);
    const quiet = await measureInTurn([...LISTED, confirmSome], few, many);
    const jobs = Math.ceil(rows * BACKLOG);
    const empty = await holdBack(many, jobs);
    const waiting = await measureInTurn(LISTED, few, many);
    const emptied = await empty();
    report(emptied);
    return { rows, jobs, bytesPerDelivery, quiet, waiting, emptied };
  } finally {
    for (const subject of subjects) await subject.close();
    await generator.close();
  }
}

const confirmSome = (run: Run): Promise<Result> =>
  confirm(run, 'confirmar, 32 conexiones', Math.round(run.seconds * CONFIRMED_PER_SECOND));

async function measureInTurn(measures: readonly Measure[], few: Run, many: Run): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const measure of measures) {
    const pair = { few: await measure(few), many: await measure(many) };
    few.report(pair.few);
    many.report(pair.many);
    pairs.push(pair);
  }
  return pairs;
}

export function describeGrowth({ rows, jobs, bytesPerDelivery, quiet, waiting, emptied }: Growth): string {
  const number = (value: number) => value.toLocaleString('es');
  const lines = (pairs: readonly Pair[]) =>
    pairs.map(({ few, many }) => [
      few.name,
      few.cpu.toFixed(3),
      many.cpu.toFixed(3),
      (many.cpu / few.cpu).toFixed(2),
      few.latency?.p99.toFixed(1) ?? '',
      many.latency?.p99.toFixed(1) ?? '',
      '',
    ]);
  const headings = ['', `CPU ms, ${number(FEW)} entregas`, number(rows), '×', 'p99', 'p99', ''];
  return [
    toTable([headings, ...lines(quiet)]),
    toTable([[`con ${number(jobs)} tareas en espera`, ...headings.slice(1)], ...lines(waiting)]),
    `${emptied.name}: ${number(Math.round(emptied.perSecond))}/s, ${emptied.cpu.toFixed(2)} ms de CPU cada una`,
    `${Math.round(bytesPerDelivery)} bytes por entrega, con su historia, su tarea y sus eventos`,
  ].join('\n');
}
