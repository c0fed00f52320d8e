/**
 * `npm run bench`: what the platform costs and how fast it answers, beside the naive way of doing the same and beside
 * what its parts can do, all in one run on this machine. docs/bench.md explains what it prints.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCommand } from '../scripts/terminal/run-command.ts';
import { readOptions } from './command-line.ts';
import { describeMachine } from './machine.ts';
import { measureAll } from './measure-all.ts';
import { standingCells, toTable, toCells } from './report/table.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const started = new Date();
  const machine = describeMachine();
  print(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  const { results, standings } = await measureAll(options);
  const outcome = { started: started.toISOString(), machine, results, standings };
  print(toTable(toCells(results)));
  print(toTable(standingCells(standings)));
  if (options.json !== undefined)
    writeFileSync(resolve(options.json), `${JSON.stringify(outcome, null, 2)}\n`);
  const failed = results.filter(({ errors }) => errors > 0);
  for (const { name, errors } of failed) print(`✗ ${name}: ${errors} sin la respuesta esperada`);
  return failed.length === 0 ? 0 : 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await runCommand(main, { refused: 2 });
