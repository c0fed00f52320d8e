/**
 * The least that an HTTP service does, on a port of its own: `bare` answers, `body` reads JSON and checks it, `verify`
 * also verifies the token once and each signature. `http-server.ts LEVEL JWKS_FILE`
 */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { confirmarEntregaBody } from '@medisupply/shared/contracts/logistica/entregas';
import { confirmationCheck } from './confirmation-check.ts';

const [level = 'bare', jwksFile = ''] = process.argv.slice(2);

const app = express();
app.disable('x-powered-by');
app.disable('etag');
if (level === 'bare')
  app.get('/', (_request, response) => {
    response.json({ status: 'healthy' });
  });
if (level === 'body')
  app.post('/entrega/:id/confirmar', express.json(), (request, response) => {
    confirmarEntregaBody.parse(request.body);
    response.status(202).json({ message: 'Tarea enviada' });
  });
if (level === 'verify') {
  const check = confirmationCheck(jwksFile);
  app.post('/entrega/:id/confirmar', express.json(), (request, response) => {
    if (check(request)) response.status(202).json({ message: 'Tarea enviada' });
    else response.status(403).end();
  });
}

const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
