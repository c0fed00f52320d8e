/** What it costs the monitor to show everything that happens to many who watch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@medisupply/shared/testing/until';
import { creations } from './ceilings.ts';
import { startChild } from './child.ts';
import { measure } from './measure.ts';
import { partOf } from './result.ts';
import type { Run } from './run.ts';

const CLIENTS = 200;
const CEILING = `los mismos bytes a ${CLIENTS} clientes`;
/** Deliveries created; each is an event that every one of them sees. */
const EVENTS_PER_SECOND = 100;
/** A user may watch eight streams. */
const USERS = CLIENTS / 8;
const CONTRASENA = 'faro-encendido-de-noche';

interface Seen {
  events: number;
  bytes: number;
}

export async function measureStreams(run: Run): Promise<void> {
  const { subject, generator, seconds, report } = run;
  const watchers = await startChild('load/watchers.ts');
  try {
    await watchers.ask({
      url: `${subject.at('monitor')}/monitor/eventos`,
      tokens: await admins(subject),
      count: CLIENTS,
    });
    const load = {
      origin: subject.at('logistica-inventario'),
      requests: await creations(subject),
      connections: 32,
      rate: EVENTS_PER_SECOND,
      seconds: 2 * seconds,
    };
    const { events: before, bytes: bytesBefore } = await watchers.ask<Seen>('events');
    const expected = before + EVENTS_PER_SECOND * 2 * seconds * CLIENTS;
    const shown = async () =>
      until(async () => (await watchers.ask<Seen>('events')).events >= expected, 10_000);
    const cost = await measure(
      generator,
      load,
      new Map([['monitor', subject.platform.pids().get('monitor') ?? 0]]),
      { expected: 201, settled: shown },
    );
    report({
      group: 'plataforma',
      name: `un evento a ${CLIENTS} clientes, ${EVENTS_PER_SECOND}/s`,
      perSecond: cost.perSecond,
      cpu: cost.cpu,
      cpuEach: cost.cpuEach,
      failures: cost.failures,
      ceiling: CEILING,
    });
    const { events, bytes } = await watchers.ask<Seen>('events');
    await measureCeiling(run, (bytes - bytesBefore) / (events - before));
  } finally {
    await watchers.close();
  }
}

async function measureCeiling({ seconds, report }: Run, bytes: number): Promise<void> {
  const part = await startChild('parts/fan-out.ts');
  const watchers = await startChild('load/watchers.ts');
  try {
    const { port } = part.ready as { port: number };
    await watchers.ask({ url: `http://127.0.0.1:${port}`, tokens: [''], count: CLIENTS });
    const order = { bytes: Math.round(bytes), rate: EVENTS_PER_SECOND, seconds: 2 * seconds };
    report(partOf(CEILING, await part.ask(order)));
  } finally {
    await watchers.close();
    await part.close();
  }
}

/** Whoever may see every delivery. */
async function admins(subject: Run['subject']): Promise<string[]> {
  const autorizador = subject.at('autorizador');
  const login = async (nombre: string, contrasena: string) =>
    (await subject.post<{ token: string }>(`${autorizador}/login`, {}, { nombre, contrasena })).token;
  const secret = join(subject.platform.dataDir, 'secrets', 'admin_contrasena');
  const first = await login('admin', readFileSync(secret, 'utf8').trim());
  const tokens: string[] = [];
  for (let n = 0; n < USERS; n += 1) {
    const nombre = `mirador-${n}`;
    await subject.post(
      `${autorizador}/usuarios`,
      { Authorization: `Bearer ${first}` },
      { nombre, contrasena: CONTRASENA, roles: ['Admin'] },
    );
    tokens.push(await login(nombre, CONTRASENA));
  }
  return tokens;
}
