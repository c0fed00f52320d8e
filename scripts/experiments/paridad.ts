import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../terminal/user-error.ts';
import type { Experiment } from './experiment.ts';
import type { Answer, Comparison, Verdict } from './paridad/compare.ts';
import { compare } from './paridad/compare.ts';
import type { ParityRequest } from './paridad/request.ts';
import { REQUESTS } from './paridad/requests.ts';

const VERDICTS: readonly Verdict[] = ['igual', 'más', 'más estricto', 'diferente'];
const REQUEST_DEADLINE = 15_000;
const TASK_DEADLINE = 60_000;
const POLL_MS = 100;

/** Whether what clients of the original send is answered as the original did, or otherwise for a reason that is named. */
export const paridad: Experiment = async ({ base, dataDir, csvFile }) => {
  const started = new Date();
  const memory = await newMemory(base, dataDir);
  const rows: Row[] = [];
  for (const request of REQUESTS) {
    const answer = await play(base, request, memory);
    for (const [word, field] of Object.entries(request.remember ?? {}))
      memory.set(word, valueAt(answer.body, field));
    rows.push({ request, status: answer.status, ...compare(request, answer) });
  }
  if (csvFile !== undefined) writeFileSync(csvFile, toCsv(rows));
  const counts = VERDICTS.map((verdict) => ({
    verdict,
    count: rows.filter((row) => row.verdict === verdict).length,
  }));
  return {
    experiment: 'paridad',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1_000,
    conditions: { solicitudes: rows.length, base },
    requirements: [
      ...rows.map(({ request, verdict, detail }) => ({
        name: `${request.method} ${request.path}: ${request.name}`,
        expected: `el original: ${request.original.status}`,
        measured: `${verdict}: ${detail}`,
        met: verdict !== 'diferente',
      })),
      {
        name: 'ninguna diferencia sin razón',
        expected: '0 diferente',
        measured: counts.map(({ verdict, count }) => `${count} ${verdict}`).join(', '),
        met: rows.every(({ verdict }) => verdict !== 'diferente'),
      },
    ],
    series: [],
    notes: [],
  };
};

interface Row extends Comparison {
  request: ParityRequest;
  status: number;
}

type Memory = Map<string, unknown>;

/** Names of its own for this run, and an Admin's token, which sending tasks takes. */
async function newMemory(base: string, dataDir: string): Promise<Memory> {
  const mark = randomBytes(5).toString('hex');
  const file = process.env['ADMIN_CONTRASENA_FILE'] || join(dataDir, 'secrets', 'admin_contrasena');
  if (!existsSync(file)) {
    throw new UserError(
      `paridad envía tareas como admin, y su contraseña no está en ${file}; use --data-dir o ADMIN_CONTRASENA_FILE`,
    );
  }
  const memory: Memory = new Map<string, unknown>([
    ['nombre', `paridad-${mark}`],
    ['otro_nombre', `paridad-b-${mark}`],
    ['tercer_nombre', `paridad-c-${mark}`],
    ['contrasena', randomBytes(16).toString('base64url')],
    ['pagina', `http://${new URL(base).hostname}:${process.env['FRONTEND_PORT'] || 4200}`],
  ]);
  const contrasena = readFileSync(file, 'utf8').trim();
  const { status, body } = await play(base, { ...LOGIN, body: { nombre: 'admin', contrasena } }, memory);
  if (status !== 200) throw new UserError(`admin no puede iniciar sesión: respondió ${status}`);
  return memory.set('admin', valueAt(body, 'token'));
}

const LOGIN = {
  name: 'iniciar sesión como admin',
  method: 'POST',
  path: '/api/v1/autorizador/login',
  as: 'nadie',
  original: { status: 200 },
} as const;

async function play(base: string, request: ParityRequest, memory: Memory): Promise<Answer> {
  const giveUp = performance.now() + TASK_DEADLINE;
  for (;;) {
    const answer = await send(base, request, memory);
    const waits = request.untilReady && answer.status === 200 && valueAt(answer.body, 'ready') === false;
    if (!waits || performance.now() > giveUp) return answer;
    await delay(POLL_MS);
  }
}

async function send(base: string, request: ParityRequest, memory: Memory): Promise<Answer> {
  const { method, path, as = 'usuario', headers = {}, body, text } = request;
  const content = text ?? (body === undefined ? undefined : JSON.stringify(filled(body, memory)));
  const response = await fetch(base + String(filled(path, memory)), {
    method,
    headers: {
      ...(as === 'nadie' ? {} : { authorization: `Bearer ${String(memory.get(as))}` }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(filled(value, memory))]),
      ),
    },
    ...(content === undefined ? {} : { body: content }),
    signal: AbortSignal.timeout(REQUEST_DEADLINE),
  }).catch((error: unknown) => {
    throw new UserError(`La plataforma no responde en ${base}; arránquela con npm start`, { cause: error });
  });
  const received = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(received) as unknown) : received,
  };
}

/** `$word` alone becomes the value itself, within a text its text. */
function filled(value: unknown, memory: Memory): unknown {
  if (typeof value === 'string') {
    const word = /^\$(\w+)$/.exec(value)?.[1];
    if (word !== undefined) return memory.get(word);
    return value.replaceAll(/\$(\w+)/g, (_, name: string) => String(memory.get(name)));
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, memory));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, memory)]));
}

const valueAt = (body: unknown, field: string): unknown =>
  field
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      body,
    );

function toCsv(rows: readonly Row[]): string {
  const lines = rows.map(({ request, status, verdict, detail }) =>
    [request.method, request.path, request.name, request.original.status, status, verdict, detail]
      .map((cell) => `"${String(cell).replaceAll('"', '""')}"`)
      .join(','),
  );
  return `${['metodo,ruta,solicitud,original,plataforma,veredicto,detalle', ...lines].join('\r\n')}\r\n`;
}
