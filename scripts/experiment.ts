/** `npm run experiment -- <name>`: the experiments on a platform that runs, or on one of their own. Exit code 1 when a requirement is not met. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { confidencialidad } from './experiments/confidencialidad.ts';
import { disponibilidad } from './experiments/disponibilidad.ts';
import type { Experiment } from './experiments/experiment.ts';
import { integridad } from './experiments/integridad.ts';
import { paridad } from './experiments/paridad.ts';
import { closing, passed, toHtml, toTable } from './experiments/report.ts';
import { resistencia } from './experiments/resistencia.ts';
import { kindsOn, SLOT } from './experiments/resistencia/plan.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const EXPERIMENTS: Record<string, Experiment> = {
  disponibilidad,
  integridad,
  confidencialidad,
  paridad,
  resistencia,
};
const SEED = '20261124';
/** What is confirmed when nothing else is said; resistencia takes its time. */
const LOAD = { n: '100', tasa: '20' };
const RESISTENCIA = { n: '6000', tasa: '20' };
/** Of resistencia's short form, which has each kind of fault once. */
const QUICK = '15';

const USAGE = `Uso: npm run experiment -- ${Object.keys(EXPERIMENTS).join('|')} [opciones]
  --n 100                 entregas (${RESISTENCIA.n} con resistencia)
  --tasa 20               por segundo
  --base URL              la puerta de enlace (por defecto http://localhost:8080)
  --data-dir DIR          los datos de la plataforma (por defecto DATA_DIR o .data)
  --registro ARCHIVO      el registro de la plataforma, para confidencialidad
  --csv ARCHIVO           la tabla de paridad como CSV
  --rapido                resistencia con menos: cada falla una vez, menos de 3 minutos
  --postgres              resistencia sobre un PostgreSQL propio, que también falla
  --semilla N             de resistencia; la misma da las mismas fallas en los mismos momentos
  --fallas a,b            solo esas fallas de resistencia, que usa una plataforma propia
  --salida DIR            dónde dejar el JSON y el HTML (por defecto DIR/experimentos)
  --json                  el resultado como JSON en la salida estándar`;

async function main(): Promise<number> {
  process.umask(0o077);
  const { values, positionals } = readArguments();
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const [name = '', ...rest] = positionals;
  const experiment = EXPERIMENTS[name];
  if (!experiment || rest.length > 0)
    throw misused(name === '' ? 'Falta el experimento' : `No hay un experimento ${positionals.join(' ')}`);
  const foreign = (['rapido', 'semilla', 'fallas', 'postgres'] as const).find(
    (option) => values[option] !== undefined,
  );
  if (name !== 'resistencia' && foreign) throw misused(`--${foreign} es solo de resistencia`);
  if (name === 'resistencia' && values.base !== undefined)
    throw misused('resistencia usa una plataforma propia, sin --base');
  const { postgres = false } = values;
  const load = name === 'resistencia' ? enduring(values.rapido ?? false, postgres) : LOAD;
  const dataDir = resolve(values['data-dir'] ?? (process.env['DATA_DIR'] || '.data'));
  const outcome = await experiment({
    base: (values.base ?? `http://localhost:${process.env['GATEWAY_PORT'] || 8080}`).replace(/\/$/, ''),
    n: numberOf('n', values.n ?? load.n, 1, 100_000),
    rate: numberOf('tasa', values.tasa ?? load.tasa, 1, 2_000),
    dataDir,
    postgres,
    seed: numberOf('semilla', values.semilla ?? SEED, 1, 2_147_483_647),
    ...(values.fallas === undefined ? {} : { faults: values.fallas.split(',') }),
    ...(values.registro === undefined ? {} : { logFile: values.registro }),
    ...(values.csv === undefined ? {} : { csvFile: values.csv }),
  });

  const folder = resolve(values.salida ?? join(dataDir, 'experimentos'));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${outcome.started.replaceAll(/[:.]/g, '-')}`);
  const { series, ...summary } = outcome;
  writeFileSync(`${file}.json`, `${JSON.stringify({ ...summary, series }, null, 2)}\n`);
  writeFileSync(`${file}.html`, toHtml(outcome));
  print(values.json ? JSON.stringify(outcome) : `${toTable(outcome)}\n${file}.html\n${closing(outcome)}`);
  return passed(outcome) ? 0 : 1;
}

function enduring(quick: boolean, postgres: boolean): typeof LOAD {
  if (!quick) return RESISTENCIA;
  return { tasa: QUICK, n: String((kindsOn(postgres).length * Number(QUICK) * SLOT) / 1_000) };
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        n: { type: 'string' },
        tasa: { type: 'string' },
        base: { type: 'string' },
        'data-dir': { type: 'string' },
        registro: { type: 'string' },
        csv: { type: 'string' },
        rapido: { type: 'boolean' },
        postgres: { type: 'boolean' },
        semilla: { type: 'string' },
        fallas: { type: 'string' },
        salida: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw misused(`--${option} debe ser un número entero de ${min} a ${max}, no «${text}»`);
  }
  return value;
}

const misused = (message: string) => new UserError(`${message}\n${USAGE}`);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await runCommand(main, { refused: 2, messagesOnly: true });
