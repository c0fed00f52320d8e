import { parseArgs } from 'node:util';
import { UserError } from '../scripts/terminal/user-error.ts';

const USAGE = `Uso: npm run bench -- [opciones]
  --quick          solo confirmar, los techos y la manera ingenua (menos de 90 s)
  --seconds N      lo que dura cada medida (5; 2 con --quick)
  --json ARCHIVO   el resultado como JSON`;

export interface Options {
  quick: boolean;
  seconds: number;
  json: string | undefined;
}

/** @throws UserError */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const { quick, json } = values;
  const seconds = Number(values.seconds ?? (quick ? 2 : 5));
  if (!(seconds >= 0.1 && seconds <= 600)) throw new UserError(`--seconds: de 0.1 a 600\n${USAGE}`);
  return { quick, seconds, json };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        seconds: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}
