/**
 * `npm run bench`: what the platform costs and how fast it answers, beside the naive way of doing the same and beside
 * what its parts can do, all in one run on this machine. `--quick` takes less than 90 s.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../scripts/terminal/run-command.ts';
import { UserError } from '../scripts/terminal/user-error.ts';
import { startChild } from './child.ts';
import { measureCeilings, measureConfirming } from './confirming.ts';
import { toTable } from './report/table.ts';
import type { Result } from './result.ts';
import { startSubject } from './subject.ts';

const USAGE = 'uso: npm run bench -- [--quick] [--json ARCHIVO]';

async function main(): Promise<void> {
  const { quick, json } = options();
  const started = new Date();
  const machine = {
    procesador: cpus()[0]?.model ?? 'desconocido',
    nucleos: availableParallelism(),
    memoria_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    carga_antes: loadavg()[0],
  };
  process.stdout.write(`${JSON.stringify(machine)}\n`);
  const results: Result[] = [];
  const report = (result: Result) => {
    results.push(result);
    process.stderr.write(`· ${result.name}: ${Math.round(result.perSecond)}/s\n`);
  };
  const generator = await startChild('load/generator.ts');
  const subject = await startSubject();
  try {
    await measureConfirming(subject, generator, {
      count: quick ? 3_000 : 10_000,
      rates: quick ? [100] : [100, 300, 500],
      seconds: quick ? 8 : 20,
      report,
    });
    await measureCeilings(subject, generator, quick ? 2 : 5, report);
  } finally {
    await subject.platform.close();
    await generator.close();
  }
  process.stdout.write(`${toTable(results)}\n`);
  if (json !== undefined)
    writeFileSync(
      resolve(json),
      `${JSON.stringify({ started: started.toISOString(), machine, results }, null, 2)}\n`,
    );
}

function options(): { quick: boolean; json: string | undefined } {
  try {
    const { values } = parseArgs({
      options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
    });
    return { quick: values.quick, json: values.json };
  } catch (error) {
    throw new UserError(USAGE, { cause: error });
  }
}

await runCommand(main, { refused: 2 });
