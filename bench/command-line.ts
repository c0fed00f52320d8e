import { parseArgs } from 'node:util';
import { UserError } from '../scripts/terminal/user-error.ts';
import { PROFILED } from './profile/profile-path.ts';
import type { Replicas } from './replicas.ts';

const USAGE = `Uso: npm run bench -- [opciones]
  --quick            solo confirmar, sus techos y la manera ingenua (menos de 90 s)
  --seconds N        lo que dura cada medida (5; 2 con --quick)
  --json ARCHIVO     el resultado como JSON
  --html ARCHIVO     el resultado como página con gráficas
  --salida DIR       los dos, con la fecha en el nombre
  --check            compara con bench/baseline.json; código de salida 1 si algo difiere
  --update-baseline  escribe en bench/baseline.json lo que se ha medido
  --replicas L,W     confirmar con un proceso de cada y con L de logística y W workers, sobre la misma base
  --postgres         con --replicas: lo mismo también sobre un servidor PostgreSQL
  --rows N           los caminos que leen con 1.000 entregas y con N más, uno al lado del otro
  --partition N      lo que docs/scale.md hace con evento y con entregas viejas, con N filas en un PostgreSQL propio
  --profile CAMINO   solo ese camino, con un perfil de CPU de cada proceso: ${PROFILED.join(', ')}`;

export interface Options {
  quick: boolean;
  /** Of each measurement. */
  seconds: number;
  json: string | undefined;
  html: string | undefined;
  salida: string | undefined;
  check: boolean;
  updateBaseline: boolean;
  profile: string | undefined;
  rows: number | undefined;
  /** Rows of the table that is divided. */
  partition: number | undefined;
  replicas: Replicas | undefined;
  postgres: boolean;
}

/** @throws UserError */
export function readOptions(args: readonly string[]): Options {
  const {
    seconds: given,
    rows: givenRows,
    partition: givenPartition,
    'update-baseline': updateBaseline,
    ...values
  } = parse(args);
  const seconds = Number(given ?? (values.quick ? 2 : 5));
  if (!(seconds >= 0.1 && seconds <= 600)) throw new UserError(`--seconds: de 0.1 a 600\n${USAGE}`);
  if (values.profile !== undefined && !PROFILED.includes(values.profile))
    throw new UserError(`--profile: no hay un camino ${values.profile}\n${USAGE}`);
  const rows = count('--rows', givenRows, 1);
  const partition = count('--partition', givenPartition, 10_000);
  const [, logistica, workers] = /^([1-8]),([1-8])$/.exec(values.replicas ?? '1,1') ?? [];
  if (logistica === undefined) throw new UserError(`--replicas: dos números de 1 a 8, como 2,3\n${USAGE}`);
  return {
    json: undefined,
    html: undefined,
    salida: undefined,
    profile: undefined,
    ...values,
    seconds,
    updateBaseline,
    rows,
    partition,
    replicas:
      values.replicas === undefined ? undefined : { logistica: Number(logistica), workers: Number(workers) },
  };
}

function count(option: string, given: string | undefined, least: number): number | undefined {
  if (given === undefined) return undefined;
  const rows = Number(given);
  if (!(Number.isInteger(rows) && rows >= least && rows <= 10_000_000))
    throw new UserError(`${option}: de ${least} a 10000000\n${USAGE}`);
  return rows;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        seconds: { type: 'string' },
        json: { type: 'string' },
        html: { type: 'string' },
        salida: { type: 'string' },
        profile: { type: 'string' },
        rows: { type: 'string' },
        partition: { type: 'string' },
        replicas: { type: 'string' },
        postgres: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        'update-baseline': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}
