/** `npm run attack`: attacks the platform from outside and from a stolen part, and says whether anybody got in. */
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { SERVICES, portVariable } from '@medisupply/shared/services';
import { RACE_CASES } from './attack/carreras.ts';
import { QUEUE_CASES } from './attack/cola.ts';
import { SIGNATURE_CASES } from './attack/firmas.ts';
import { fuzzCases } from './attack/fuzz/fuzz.ts';
import { LIMIT_CASES } from './attack/limites.ts';
import { startOwnPlatform, WITHOUT_RATES } from './testing/own-platform.ts';
import { OWNERSHIP_CASES } from './attack/propiedad.ts';
import { PROOF_CASES } from './attack/pruebas.ts';
import { GATEWAY_CASES } from './attack/puerta.ts';
import { REST_CASES } from './attack/reposo.ts';
import { ROLE_CASES } from './attack/roles.ts';
import type { AttackClass, AttackReport, Case, CaseResult } from './attack/suite.ts';
import { CLASSES, runCases, verdict } from './attack/suite.ts';
import { toTable } from './attack/table.ts';
import type { TargetOptions } from './attack/target.ts';
import { openTarget } from './attack/target.ts';
import { TEXT_CASES } from './attack/texto.ts';
import { TOKEN_CASES } from './attack/tokens.ts';
import { noFigures, openWire } from './attack/wire.ts';
import { readPorts } from './launcher/ports.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `Uso: npm run attack -- [opciones]
  Sin --base arranca una plataforma propia en puertos libres y la detiene al terminar.
  --quick                 menos fuzz y sin los casos largos: menos de 2 minutos
  --clase tokens,firmas   solo esas clases (${CLASSES.join(', ')})
  --semilla N             la del fuzz; la misma da las mismas solicitudes
  --solicitudes N         cuántas del fuzz
  --base URL              una plataforma que ya está en marcha, solo de esta máquina; crea en ella usuarios y entregas
  --data-dir DIR          sus datos, para lo que haría quien robó una parte (por defecto DATA_DIR o .data)
  --json                  el resultado como JSON`;

const REQUESTS = { full: 22_000, quick: 3_000 };

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    print(USAGE);
    return 0;
  }
  const started = performance.now();
  const report: AttackReport = {
    casos: [],
    cifras: noFigures(),
    muertes: [],
    segundos: 0,
    semilla: options.seed,
  };
  const onResult = (result: CaseResult) => {
    report.casos.push(result);
    if (!options.json && result.resultado !== 'rechazado')
      process.stderr.write(`${result.resultado}: ${result.clase} › ${result.nombre}\n`);
  };
  const cases = casesOf(options);
  if (options.base === undefined) await attackOwn(cases, { report, onResult });
  else await attackRunning(cases, { base: options.base, dataDir: options.dataDir, report, onResult });
  report.segundos = (performance.now() - started) / 1_000;
  print(options.json ? JSON.stringify({ ...report, veredicto: verdict(report) }) : toTable(report));
  return verdict(report).length === 0 ? 0 : 1;
}

interface Attack {
  report: AttackReport;
  onResult: (result: CaseResult) => void;
}

async function attackRunning(
  cases: readonly Case[],
  { base, dataDir, report, onResult }: Attack & { base: string; dataDir: string },
): Promise<void> {
  const ports = readPorts(process.env);
  await attack(
    cases.filter((each) => !isLimit(each)),
    {
      wire: openWire(report.cifras),
      base,
      dataDir,
      ports: Object.fromEntries(SERVICES.map((service) => [service.name, ports[portVariable(service)]])),
    },
    onResult,
  );
  // Whoever uses that platform would be shut out with us.
  for (const { clase, nombre } of cases.filter(isLimit))
    onResult({ clase, nombre, resultado: 'no probado', detalle: 'solo en una plataforma propia' });
}

/** What is behind the limits is attacked without them, the limits on another platform that has them as they come. */
async function attackOwn(cases: readonly Case[], { report, onResult }: Attack): Promise<void> {
  const parts = [
    { env: WITHOUT_RATES, limitsWanted: false, cases: cases.filter((each) => !isLimit(each)) },
    { env: {}, limitsWanted: true, cases: cases.filter(isLimit) },
  ];
  for (const { env, limitsWanted, cases: some } of parts) {
    if (some.length === 0) continue;
    const platform = await startOwnPlatform(env);
    try {
      await attack(some, { wire: openWire(report.cifras, { limitsWanted }), ...platform }, onResult);
      report.muertes.push(...platform.deaths());
    } finally {
      await platform.close();
    }
  }
}

async function attack(
  cases: readonly Case[],
  options: TargetOptions,
  onResult: (result: CaseResult) => void,
): Promise<void> {
  try {
    const target = await openTarget(options);
    await runCases(cases, target, onResult).finally(() => target.close());
  } finally {
    options.wire.close();
  }
}

const isLimit = ({ clase }: Case): boolean => clase === 'límites';

interface Options {
  help: boolean;
  json: boolean;
  quick: boolean;
  classes: readonly AttackClass[];
  seed: number;
  count: number;
  base: string | undefined;
  dataDir: string;
}

function casesOf({ classes, quick, count, seed }: Options): Case[] {
  return [
    ...TOKEN_CASES,
    ...SIGNATURE_CASES,
    ...PROOF_CASES,
    ...OWNERSHIP_CASES,
    ...ROLE_CASES,
    ...GATEWAY_CASES,
    ...RACE_CASES,
    ...TEXT_CASES,
    ...REST_CASES,
    ...fuzzCases({ count, seed }),
    ...QUEUE_CASES,
    ...LIMIT_CASES,
  ].filter(({ clase, slow }) => classes.includes(clase) && !(quick && slow));
}

function readOptions(): Options {
  const { values } = parse();
  const classes = values.clase?.split(',') ?? CLASSES;
  const unknown = classes.filter((name) => !(CLASSES as readonly string[]).includes(name));
  if (unknown.length > 0) throw misused(`No hay una clase ${unknown.join(', ')}`);
  return {
    help: values.help,
    json: values.json,
    quick: values.quick,
    classes: classes as AttackClass[],
    seed: numberOf('semilla', values.semilla, 20_261_124),
    count: numberOf('solicitudes', values.solicitudes, values.quick ? REQUESTS.quick : REQUESTS.full),
    base: values.base === undefined ? undefined : loopback(values.base),
    dataDir: values['data-dir'] ?? (process.env['DATA_DIR'] || '.data'),
  };
}

function parse() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        clase: { type: 'string' },
        semilla: { type: 'string' },
        solicitudes: { type: 'string' },
        base: { type: 'string' },
        'data-dir': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error));
  }
}

/** Nobody else's machine is attacked by mistake. */
function loopback(text: string): string {
  const url = URL.parse(text);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (url?.protocol !== 'http:' || !isLoopback)
    throw misused(`--base debe ser una dirección http de esta máquina, no «${text}»`);
  return url.origin;
}

function numberOf(option: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000_000)
    throw misused(`--${option} debe ser un número entero desde 1, no «${text}»`);
  return value;
}

const misused = (message: string) => new UserError(`${message}\n${USAGE}`);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await runCommand(main, { refused: 2 });
