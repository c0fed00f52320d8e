import { describe, expect, test } from 'vitest';
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

describe('text from outside', () => {
  const HOSTILE =
    'a\nINFO todo bien\r\t\u0000\u0007\u001b[31mrojo\u007f\u0085\u009b31m\u2028\u2029\u202e\u2066\u200f\u061c fin';
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

  test.for(['json', 'pretty'] as const)('when it steers terminals, then in %s it is escaped', (format) => {
    const lines: string[] = [];
    const logger = createLogger('prueba', {
      format,
      destination: { write: (line) => void lines.push(line) },
    });
    logger.info({ valor: HOSTILE, [`clave${HOSTILE}`]: { dentro: [HOSTILE] } }, HOSTILE);
    logContext.run({ request_id: HOSTILE }, () => logger.warn({ err: new Error(HOSTILE) }, 'con error'));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).not.toMatch(STEERING);
    expect(lines[0]?.split('\n')).toEqual([expect.stringContaining('\\u001b[31mrojo'), '']);
    // Of an entry that has a stack, every further line is indented.
    for (const line of lines[1]!.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^ {2}/);
  });

  test('when it is logged as JSON, then whoever reads it gets the very text', () => {
    const { logger, entries } = collecting();
    logger.info({ valor: HOSTILE }, HOSTILE);
    expect(entries()).toMatchObject([{ valor: HOSTILE, msg: HOSTILE }]);
  });
});
