import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import express from 'express';
import type { RequestHandler, Router } from 'express';
import { unavailable } from '@medisupply/shared/http/app-error';
import type { Logger } from '@medisupply/shared/logging/logger';
import { QUEUES, taskRegistry } from '@medisupply/shared/tasks/registry';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { auditHooks } from './auditoria.ts';
import { BRAND_STYLE, brandPage, LOGO_URL } from './marca.ts';

/** The styles that the board's script sets need `unsafe-inline`; scripts come from this server only. */
const BOARD_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface Tablero {
  router: Router;
  close(): void;
}

/** Bull Board over every queue of the registry. Without Redis its pages come and its calls are answered 503. */
export function createTablero(queues: QueueClient, logger: Logger): Tablero {
  const adapter = new ExpressAdapter();
  const board = createBullBoard({
    queues: [],
    serverAdapter: adapter,
    options: {
      handlerHooks: auditHooks(logger),
      uiConfig: {
        boardTitle: 'MediSupply',
        boardLogo: { path: LOGO_URL, width: 28, height: 28 },
        favIcon: { default: LOGO_URL, alternative: LOGO_URL },
        hideDocsLink: true,
      },
    },
  });
  // The library's own would send the message of whatever was thrown.
  adapter.setErrorHandler((error) => errorAnswer(error, logger));
  const showQueues = () =>
    board.replaceQueues(
      QUEUES.map((name) => new BullMQAdapter(queues.queue(name), { description: describe(name) })),
    );
  if (queues.isConnected()) showQueues();
  const stopListening = queues.onConnected(showQueues);

  const router = express.Router();
  router.use(setHeaders, brandPage);
  router.get('/marca.css', (_request, response) => void response.type('css').send(BRAND_STYLE));
  router.use('/api', (_request, _response, next) => {
    if (!queues.isConnected()) throw unavailable('Redis no responde', 2);
    next();
  });
  router.use(adapter.getRouter());
  return { router, close: stopListening };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  default: 'Tareas sin cola propia',
  logistica: 'Entregas confirmadas e inventario',
  monitor: 'Salud, actividad y métricas',
};

/** Of a queue of a service's own: what runs in it. */
const describe = (queue: string): string =>
  DESCRIPTIONS[queue] ??
  taskRegistry
    .filter((task) => task.queue === queue)
    .map((task) => task.name)
    .join(', ');

const setHeaders: RequestHandler = (request, response, next) => {
  response.set({ 'Content-Security-Policy': BOARD_POLICY, 'Referrer-Policy': 'same-origin' });
  if (!request.path.startsWith('/static/')) response.set('Cache-Control', 'no-store');
  next();
};

function errorAnswer(error: Error, logger: Logger) {
  const given = 'status' in error && typeof error.status === 'number' ? error.status : 500;
  const status = given >= 400 && given < 500 ? given : 500;
  if (status === 500) logger.error({ err: error }, 'una operación del tablero falló');
  return {
    status: status === 400 ? (400 as const) : (500 as const),
    body: {
      error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' },
      message: status === 500 ? 'La operación falló; vea los registros' : 'La solicitud no es válida',
    },
  };
}
