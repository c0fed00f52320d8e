import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertActividad } from '../src/actividad/actividad.repository.ts';
import { insertMedicion } from '../src/metricas/metricas.repository.ts';
import type { Monitor } from './support.ts';
import { startMonitor } from './support.ts';

let data: DataDir;
let monitor: Monitor;

beforeAll(async () => {
  data = await createDataDir();
});
beforeEach(async () => {
  // No Redis: what is stored is read without it.
  monitor = await startMonitor(data, { REDIS_URL: 'redis://127.0.0.1:1' });
  await write((tx) => tx.deleteFrom('medicion').execute());
  await write((tx) => tx.deleteFrom('actividad').execute());
});
afterEach(() => monitor.close());
afterAll(() => data.remove());

type Write = Parameters<Monitor['container']['database']['unitOfWork']['write']>[0];
const write = (fn: Write) => monitor.container.database.unitOfWork.write(fn);

const START = Date.parse('2026-03-01T10:00:00.000Z');
const MINUTE = 60_000;
const at = (minute: number) => new Date(START + minute * MINUTE).toISOString();

/** One measurement per minute; the value of `a` is its minute. */
async function measure(minutes: number, valores: Record<string, number> = {}): Promise<void> {
  await write(async (tx) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await insertMedicion(tx, {
        task_id: `t${minute}`,
        momento: START + minute * MINUTE,
        valores: { 'cola.a': minute, ...valores },
      });
    }
  });
}

describe('GET /monitor/metricas', () => {
  it('when a step is given, then each bucket has its mean, least and greatest value', async () => {
    await measure(15, { 'redis.ping_ms': 2 });
    const answer = await monitor.get(`/monitor/metricas?desde=${at(0)}&hasta=${at(14)}&paso=300`);
    const twos = [0, 5, 10].map((minute) => ({ momento: at(minute), promedio: 2, minimo: 2, maximo: 2 }));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        desde: at(0),
        hasta: at(14),
        paso: 300,
        series: [
          {
            nombre: 'cola.a',
            puntos: [
              { momento: at(0), promedio: 2, minimo: 0, maximo: 4 },
              { momento: at(5), promedio: 7, minimo: 5, maximo: 9 },
              { momento: at(10), promedio: 12, minimo: 10, maximo: 14 },
            ],
          },
          { nombre: 'redis.ping_ms', puntos: twos },
        ],
        timestamp: expect.stringMatching(/Z$/),
      },
    });
  });

  it('when part of the time is asked for, then nothing from outside it, and no point without a measurement', async () => {
    await measure(10);
    const { body } = await monitor.get(`/monitor/metricas?desde=${at(8)}&hasta=${at(60)}&paso=60`);
    expect(body).toMatchObject({
      series: [
        {
          nombre: 'cola.a',
          puntos: [8, 9].map((n) => ({ momento: at(n), promedio: n, minimo: n, maximo: n })),
        },
      ],
    });
  });

  it('when a name is given, then only the series that begin with it', async () => {
    await measure(1, { 'cola.b': 1, redis: 1 });
    const { body } = await monitor.get(`/monitor/metricas?desde=${at(0)}&hasta=${at(1)}&nombre=cola.`);
    expect((body as { series: { nombre: string }[] }).series.map(({ nombre }) => nombre)).toEqual([
      'cola.a',
      'cola.b',
    ]);
  });

  it('when nothing is given, then the last hour, and a week comes in about 120 points', async () => {
    const { body } = await monitor.get('/monitor/metricas');
    const { desde, hasta, paso, series } = body as { desde: string; hasta: string; paso: number; series: [] };
    expect({ range: Date.parse(hasta) - Date.parse(desde), paso, series }).toEqual({
      range: 3_600_000,
      paso: 60,
      series: [],
    });
    const week = await monitor.get(`/monitor/metricas?desde=${at(0)}&hasta=${at(7 * 24 * 60)}`);
    expect(week.body).toMatchObject({ paso: 84 * 60 });
    const ever = await monitor.get('/monitor/metricas?desde=1970-01-01T00:00:00Z&paso=9999999');
    expect(ever).toMatchObject({ status: 200, body: { paso: 9_999_999 } });
  });

  it('when there would be too many points, then 400 says what to change', async () => {
    await measure(1, Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`serie.${n}`, n])));
    const week = `desde=${at(0)}&hasta=${at(7 * 24 * 60)}`;
    const { status, body } = await monitor.get(`/monitor/metricas?${week}&paso=60`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      detail: expect.stringContaining('paso mayor'),
      errors: [{ path: 'query.paso', message: expect.stringContaining('20000') }],
    });
    expect((await monitor.get(`/monitor/metricas?${week}&paso=60&nombre=cola.a`)).status).toBe(200);
  });

  it.each([
    'desde=ayer',
    'desde=2026-03-01',
    'desde=2026-03-01T10:00:00',
    'desde=',
    'hasta=2026-13-01T00:00:00Z',
    'paso=0',
    'paso=-60',
    'paso=1.5',
    'paso=1e3',
    'paso=10000000',
    'nombre=',
    "nombre=' or 1=1",
    `desde=${at(5)}&hasta=${at(5)}`,
    `desde=${at(6)}&hasta=${at(5)}`,
  ])('when the query is ?%s, then 400', async (query) => {
    expect(await monitor.get(`/monitor/metricas?${query}`)).toMatchObject({
      status: 400,
      body: { status: 400, errors: [{ path: expect.stringMatching(/^query\./) }] },
    });
  });

  it('when a week of sixty series is read, then others are answered in between', async () => {
    await write(async (tx) => {
      for (let minute = 0; minute < 2_000; minute += 1) {
        await insertMedicion(tx, {
          task_id: `w${minute}`,
          momento: START + minute * 5 * MINUTE,
          valores: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`serie.${n}`, minute])),
        });
      }
    });
    const progress = { done: false };
    const reading = monitor
      .get(`/monitor/metricas?desde=${at(0)}&hasta=${at(7 * 24 * 60)}&paso=3600`)
      .finally(() => (progress.done = true));
    let slowest = 0;
    let asked = 0;
    while (!progress.done) {
      const started = performance.now();
      await fetch(`${monitor.url}/health`).then((response) => response.text());
      slowest = Math.max(slowest, performance.now() - started);
      asked += 1;
    }
    const { body } = await reading;
    expect((body as { series: { puntos: [] }[] }).series.map(({ puntos }) => puntos.length)).toEqual(
      Array.from({ length: 60 }, () => 167),
    );
    expect(asked).toBeGreaterThan(1);
    // Read in one piece it would be seconds; on a machine that does nothing else it is a few milliseconds.
    expect(slowest).toBeLessThan(1_000);
  });
});

describe('GET /monitor/actividad', () => {
  const admin = () => ({ authorization: `Bearer ${data.token({ roles: ['Admin'] })}` });

  const record = (count: number) =>
    write(async (tx) => {
      for (let n = 1; n <= count; n += 1) {
        await insertActividad(tx, {
          task_id: `a${n}`,
          momento: START + n,
          tipo: n % 2 === 0 ? 'par' : 'impar',
          descripcion: n === 1 ? null : `nota ${n}`,
          usuario_id: n === 1 ? null : 7,
          datos: n === 1 ? null : JSON.stringify({ n }),
        });
      }
    });

  interface Page {
    actividad: { id: number; task_id: string }[];
  }

  it('when an Admin or an operator asks, then the rows, newest first', async () => {
    await record(2);
    const operator = { 'i-api-key': await data.serviceKey('operator') };
    for (const headers of [admin(), operator]) {
      expect(await monitor.get('/monitor/actividad', headers)).toMatchObject({
        status: 200,
        body: {
          actividad: [
            {
              id: expect.any(Number),
              task_id: 'a2',
              momento: new Date(START + 2).toISOString(),
              tipo: 'par',
              descripcion: 'nota 2',
              usuario_id: 7,
              datos: { n: 2 },
            },
            {
              id: expect.any(Number),
              task_id: 'a1',
              momento: new Date(START + 1).toISOString(),
              tipo: 'impar',
              descripcion: null,
              usuario_id: null,
              datos: null,
            },
          ],
          timestamp: expect.stringMatching(/Z$/),
        },
      });
    }
  });

  it('when anybody else asks, then 403', async () => {
    for (const roles of [['usuario'], ['System']] as const) {
      const headers = { authorization: `Bearer ${data.token({ roles })}` };
      expect((await monitor.get('/monitor/actividad', headers)).status).toBe(403);
    }
  });

  it('when there is more than a page, then each page leads to the next, without gap or repeat', async () => {
    await record(7);
    const seen: string[] = [];
    let path: string | undefined = '/monitor/actividad?limite=3';
    while (path) {
      const response = await fetch(monitor.url + path, { headers: admin() });
      seen.push(...((await response.json()) as Page).actividad.map((row) => row.task_id));
      const next = /<(?<query>[^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.groups?.[
        'query'
      ];
      path = next && `/monitor/actividad${next}`;
    }
    expect(seen).toEqual(['a7', 'a6', 'a5', 'a4', 'a3', 'a2', 'a1']);
  });

  it('when a kind is asked for, then only that one', async () => {
    await record(4);
    const { body } = await monitor.get('/monitor/actividad?tipo=par', admin());
    expect((body as Page).actividad.map((row) => row.task_id)).toEqual(['a4', 'a2']);
  });

  it.each(['limite=0', 'limite=201', 'limite=x', 'cursor=***', 'cursor=YQ', 'tipo=', 'tipo=%00'])(
    'when the query is ?%s, then 400',
    async (query) => {
      expect((await monitor.get(`/monitor/actividad?${query}`, admin())).status).toBe(400);
    },
  );
});
