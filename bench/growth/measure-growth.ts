/** `npm run bench -- --rows N`: the same paths with few rows and with many, side by side. */
import { createCeilings } from '../ceilings.ts';
import { startChild } from '../child.ts';
import { confirm } from '../confirming.ts';
import type { Path } from '../paths.ts';
import { get, measurePath, PATHS } from '../paths.ts';
import { toTable } from '../report/table.ts';
import type { Result } from '../result.ts';
import type { Run } from '../run.ts';
import { databaseOf, startSubject } from '../subject.ts';
import { fillDatabase } from './fill.ts';

const FEW = 1_000;
const CONFIRMED_PER_SECOND = 400;

const LISTED: readonly Path[] = [
  ...['crear', 'entrega', 'entregas', 'tareas', 'estado'].flatMap((name) => PATHS[name] ?? []),
  ...['estado=ENTREGADA', 'sin_asignar=true', 'pedido_id=PED-1'].map((query): Path => ({
    name: `GET /entregas?${query}`,
    service: 'logistica-inventario',
    requests: get(`/entregas?limite=20&${query}`),
    expected: 200,
  })),
];

export interface Growth {
  few: Result[];
  many: Result[];
  rows: number;
  bytesPerDelivery: number;
}

export async function measureGrowth(rows: number, seconds: number): Promise<Growth> {
  const generator = await startChild('load/generator.ts');
  const subject = await startSubject();
  try {
    const report = (result: Result) =>
      process.stderr.write(`· ${result.name}: ${Math.round(result.perSecond)}/s\n`);
    const ceilings = createCeilings(subject, generator, { seconds, report });
    const run: Run = { subject, generator, ceilings, report, seconds };
    const file = databaseOf(subject.platform.dataDir);
    await confirm(run, 'calentamiento', Math.round(seconds * CONFIRMED_PER_SECOND));
    await fillDatabase(file, FEW);
    await measureListed(run);
    const few = await measureListed(run);
    const bytesPerDelivery = await fillDatabase(file, rows);
    const many = await measureListed(run);
    return { few, many, rows, bytesPerDelivery };
  } finally {
    await subject.platform.close();
    await generator.close();
  }
}

async function measureListed(run: Run): Promise<Result[]> {
  const results: Result[] = [];
  const add = (result: Result) => {
    run.report(result);
    results.push(result);
  };
  for (const path of LISTED) add(await measurePath(run, path));
  add(await confirm(run, 'confirmar, 32 conexiones', Math.round(run.seconds * CONFIRMED_PER_SECOND)));
  return results;
}

export function describeGrowth({ few, many, rows, bytesPerDelivery }: Growth): string {
  const number = (value: number) => value.toLocaleString('es');
  const lines = few.map((before, at) => {
    const after = many[at] ?? before;
    return [
      before.name,
      before.cpu.toFixed(3),
      after.cpu.toFixed(3),
      (after.cpu / before.cpu).toFixed(2),
      before.latency?.p99.toFixed(1) ?? '',
      after.latency?.p99.toFixed(1) ?? '',
      '',
    ];
  });
  return [
    toTable([
      ['', `CPU ms, ${number(FEW)} entregas`, `${number(rows)} más`, '×', 'p99', 'p99', ''],
      ...lines,
    ]),
    `${Math.round(bytesPerDelivery)} bytes por entrega, con su historia, su tarea y sus eventos`,
  ].join('\n');
}
