import { expect, test } from 'vitest';
import { createLogger, logContext } from '@medisupply/shared/logging/logger';

function collecting() {
  const lines: string[] = [];
  const logger = createLogger('prueba', {
    level: 'debug',
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { logger, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('when two lines are logged in one request, then each has its context and only its own fields', () => {
  const { logger, entries } = collecting();
  const context = { request_id: 'r-1' };
  logContext.run(context, () => {
    logger.info({ err: new Error('roto'), status: 500 }, 'primera');
    logger.info({ ms: 3 }, 'segunda');
  });
  logger.info('fuera');
  const common = { level: 'info', time: expect.any(String), name: 'prueba' };
  expect(entries()).toEqual([
    { ...common, request_id: 'r-1', err: expect.any(Object), status: 500, msg: 'primera' },
    { ...common, request_id: 'r-1', ms: 3, msg: 'segunda' },
    { ...common, msg: 'fuera' },
  ]);
  expect(context).toEqual({ request_id: 'r-1' });
});

test('when something sensitive is logged by mistake, then it is hidden, two levels down too', () => {
  const { logger, entries } = collecting();
  logger.info({
    contrasena: 's',
    usuario: { token: 's', 'i-api-key': 's' },
    trabajo: { datos: { direccion: 's', firma: 's', nombre_recibe: 's' } },
    headers: { authorization: 's' },
  });
  expect(entries()).toMatchObject([
    {
      contrasena: '[oculto]',
      usuario: { token: '[oculto]', 'i-api-key': '[oculto]' },
      trabajo: { datos: { direccion: '[oculto]', firma: '[oculto]', nombre_recibe: '[oculto]' } },
      headers: '[oculto]',
    },
  ]);
});
