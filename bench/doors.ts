/** What stands in front of the services: the front door of `npm start` and the Nginx of compose, beside going direct. */
import { startNginx } from '../tests/gateway/start-nginx.ts';
import { WITHOUT_RATES } from '../scripts/testing/own-platform.ts';
import { measure } from './measure.ts';
import { childrenOf } from './processes.ts';
import { PATHS, READING } from './paths.ts';
import { resultOf } from './result.ts';
import type { Run } from './run.ts';
import { CONNECTIONS } from './run.ts';

const BASE = '/api/v1/logistica';

/** `PATHS.entrega` has been measured before: it is their ceiling. */
export async function measureDoors(run: Run): Promise<void> {
  const { subject, generator, seconds, report } = run;
  const nginx = await startNginx({
    ...WITHOUT_RATES,
    AUTORIZADOR_URL: subject.at('autorizador'),
    LOGISTICA_URL: subject.at('logistica-inventario'),
    MONITOR_URL: subject.at('monitor'),
  });
  try {
    const requests = (await PATHS['entrega']!.requests(subject)).map((request) => ({
      ...request,
      path: BASE + request.path,
    }));
    const services = subject.platform.pids();
    const doors = [
      { name: 'puerta de enlace', origin: subject.platform.base, pids: services },
      {
        name: 'Nginx',
        origin: nginx.gateway.url,
        pids: new Map([
          ...services,
          ...childrenOf(nginx.pid).map((pid, n) => [`nginx ${n + 1}`, pid] as const),
        ]),
      },
    ];
    for (const { name, origin, pids } of doors) {
      const load = { origin, requests, connections: CONNECTIONS };
      await measure(generator, { ...load, seconds: seconds / 5 }, pids, { expected: 200 });
      const cost = await measure(generator, { ...load, seconds }, pids, { expected: 200 });
      report({ ...resultOf('plataforma', `${READING} por ${name}`, cost), ceiling: READING });
    }
  } finally {
    await nginx.end();
  }
}
