/** Cases, how they are run, and what their results mean. */
import { NotTried } from './attempt.ts';
import type { Target } from './target.ts';
import type { Figures } from './wire.ts';

/** The classes, in the order of the table. */
export const CLASSES = [
  'tokens',
  'firmas',
  'pruebas',
  'propiedad',
  'roles',
  'puerta',
  'cola',
  'carreras',
  'texto',
  'reposo',
  'fuzz',
  'límites',
] as const;
export type AttackClass = (typeof CLASSES)[number];

export interface Case {
  clase: AttackClass;
  nombre: string;
  /** Too long for `--quick`. */
  slow?: boolean;
  /** Resolves with how it got in; undefined: it was refused. Throws NotTried, or anything when the attempt itself failed. */
  run: (target: Target) => Promise<string | undefined>;
}

export interface CaseResult {
  clase: AttackClass;
  nombre: string;
  resultado: 'rechazado' | 'entró' | 'falló' | 'no probado';
  detalle?: string;
}

export interface AttackReport {
  casos: CaseResult[];
  cifras: Figures;
  /** Processes of the platform that ended by themselves, as the launcher said it. */
  muertes: string[];
  segundos: number;
  semilla: number;
}

export async function runCases(
  cases: readonly Case[],
  target: Target,
  onResult?: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const { clase, nombre, run } of cases) {
    const result: CaseResult = { clase, nombre, ...(await outcomeOf(() => run(target))) };
    results.push(result);
    onResult?.(result);
  }
  return results;
}

async function outcomeOf(
  run: () => Promise<string | undefined>,
): Promise<Omit<CaseResult, 'clase' | 'nombre'>> {
  try {
    const how = await run();
    return how === undefined ? { resultado: 'rechazado' } : { resultado: 'entró', detalle: how };
  } catch (error) {
    if (error instanceof NotTried) return { resultado: 'no probado', detalle: error.message };
    return {
      resultado: 'falló',
      detalle: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** Of its own requests, so many may be turned away by limits: else the rest says nothing. */
const MAX_TOO_MANY = 0.01;

/** Of each kind, so many are shown in full. */
const SHOWN = 5;

/** What speaks against the platform, or against the attempt; empty: nobody got in. */
export function verdict({ casos, cifras, muertes }: AttackReport): string[] {
  const found = casos.flatMap(({ resultado, clase, nombre, detalle }) =>
    resultado === 'entró' || resultado === 'falló' ? [`${resultado}: ${clase} › ${nombre}: ${detalle}`] : [],
  );
  if (casos.every(({ resultado }) => resultado === 'no probado')) found.push('no se probó ningún caso');
  const lists = [
    ['5xx', cifras.serverErrors],
    ['rechazo que no es problem+json', cifras.badRefusals],
    ['sin respuesta', cifras.unanswered],
    ['un proceso terminó', muertes],
  ] as const;
  for (const [what, list] of lists) {
    found.push(...list.slice(0, SHOWN).map((each) => `${what}: ${each}`));
    if (list.length > SHOWN) found.push(`${what}: y ${list.length - SHOWN} más`);
  }
  if (cifras.tooMany > cifras.requests * MAX_TOO_MANY)
    found.push(
      `429 en ${cifras.tooMany} de ${cifras.requests} solicitudes: más del 1 %, el resto no dice nada`,
    );
  return found;
}
