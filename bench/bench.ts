/**
 * `npm run bench`: what the platform costs and how fast it answers, beside the naive way of doing the same and beside
 * what its parts can do, all in one run on this machine. docs/bench.md explains what it prints.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../scripts/terminal/run-command.ts';
import type { Baseline } from './check.ts';
import { baselineOf, differences } from './check.ts';
import { readOptions } from './command-line.ts';
import { describeGrowth, measureGrowth } from './growth/measure-growth.ts';
import { tryPartitions } from './growth/try-partitions.ts';
import { describeMachine } from './machine.ts';
import { measureAll } from './measure-all.ts';
import type { Outcome } from './outcome.ts';
import { profilePath } from './profile/profile-path.ts';
import { measureReplicas } from './replicas.ts';
import { toPage } from './report/page.ts';
import { standingCells, toCells, toTable } from './report/table.ts';

const BASELINE = fileURLToPath(new URL('baseline.json', import.meta.url));

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const started = new Date().toISOString();
  const machine = describeMachine();
  print(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  if (options.profile !== undefined) {
    print(await profilePath(options.profile, options.seconds));
    return 0;
  }
  if (options.rows !== undefined) {
    const growth = await measureGrowth(options.rows, options.seconds);
    print(describeGrowth(growth));
    if (options.json !== undefined) write(options.json, toJson({ started, machine, ...growth }));
    return 0;
  }
  if (options.partition !== undefined) {
    await tryPartitions(options.partition, print);
    return 0;
  }
  if (options.replicas !== undefined) {
    const results = await measureReplicas(options.replicas, options);
    print(toTable(toCells(results)));
    if (options.json !== undefined) write(options.json, toJson({ started, machine, results }));
    return 0;
  }
  const outcome: Outcome = { started, machine, ...(await measureAll(options)) };
  print(toTable(toCells(outcome.results)));
  print(toTable(standingCells(outcome.standings)));

  const inFolder = options.salida && join(options.salida, `bench-${started.replaceAll(/[:.]/g, '-')}`);
  for (const [file, text] of [
    [options.json, toJson(outcome)],
    [options.html, toPage(outcome)],
    [inFolder && `${inFolder}.json`, toJson(outcome)],
    [inFolder && `${inFolder}.html`, toPage(outcome)],
  ] as const)
    if (file !== undefined) write(file, text);

  const found = [
    ...outcome.results
      .filter(({ failures }) => Object.keys(failures).length > 0)
      .map(({ name, failures }) => `${name}: sin la respuesta esperada ${JSON.stringify(failures)}`),
    ...(options.check ? differences(outcome.results, readBaseline()) : []),
  ];
  if (options.updateBaseline)
    writeFileSync(BASELINE, toJson({ ...readBaseline(), ...baselineOf(outcome.results) }));
  for (const difference of found) print(`✗ ${difference}`);
  if (options.check) print(`${outcome.results.length} passed, ${found.length} failed`);
  return found.length === 0 ? 0 : 1;
}

const readBaseline = (): Baseline => JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline;

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function write(file: string, text: string): void {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, text);
  print(file);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await runCommand(main, { refused: 2 });
