/**
 * The least that an HTTP service does for each kind of path, in one process on a port of its own.
 * `http-server.ts LEVEL JWKS_FILE [REDIS_PORT | ANSWER]`
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import type { Express } from 'express';
import express from 'express';
import { signDataBody } from '@medisupply/shared/contracts/autorizador';
import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { confirmarEntregaBody, crearEntregaBody } from '@medisupply/shared/contracts/logistica/entregas';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import { confirmationCheck, tokenCheck } from './confirmation-check.ts';
import { groupCommit } from './group-commit.ts';
import type { Level } from './levels.ts';

const [level = 'bare', jwksFile = '', given] = process.argv.slice(2);
const ROWS = 1_000;
const PAGE = 20;
const ACCEPTED = { message: 'Tarea enviada' };

const dir = mkdtempSync(join(tmpdir(), 'medisupply-bench-parts-'));

/** Rows like those of deliveries. */
function openRows() {
  const db = openHandle(join(dir, 'parts.db'));
  db.exec(
    'create table fila (id integer primary key autoincrement, usuario_id integer, texto text, momento integer)',
  );
  const insert = db.prepare('insert into fila (usuario_id, texto, momento) values (?, ?, ?)');
  return { db, add: (usuario_id: number, texto: string) => insert.run(usuario_id, texto, Date.now()) };
}

function filledRows() {
  const { db, add } = openRows();
  db.transaction(() => {
    for (let n = 0; n < ROWS; n += 1) add(1, 'x'.repeat(400));
  })();
  return db;
}

const LEVELS: Record<Level, (app: Express) => void> = {
  bare(app) {
    app.get('/health', (_request, response) => void response.json({ status: 'healthy' }));
  },
  body(app) {
    app.post('/entrega/:id/confirmar', express.json(), (request, response) => {
      confirmarEntregaBody.parse(request.body);
      response.status(202).json(ACCEPTED);
    });
  },
  verify(app) {
    const check = confirmationCheck(jwksFile);
    app.post('/entrega/:id/confirmar', express.json(), (request, response) => {
      if (check(request)) response.status(202).json(ACCEPTED);
      else response.status(403).end();
    });
  },
  accept(app) {
    const check = confirmationCheck(jwksFile);
    const { db, add } = openRows();
    const queue = new Queue('compuesta', {
      connection: { host: '127.0.0.1', port: Number(given) },
      defaultJobOptions: { removeOnComplete: true },
    });
    const store = groupCommit(
      db,
      (body: string) => add(1, body),
      async (bodies) => {
        await queue.addBulk(bodies.map((body) => ({ name: 'procesar_entrega', data: { body } })));
      },
    );
    app.post('/entrega/:id/confirmar', express.json(), async (request, response) => {
      if (!check(request)) {
        response.status(403).end();
        return;
      }
      await store(JSON.stringify(request.body));
      response.status(202).json(ACCEPTED);
    });
  },
  create(app) {
    const userOf = tokenCheck(jwksFile);
    const { db, add } = openRows();
    const store = groupCommit(db, (row: { user: number; body: string }) => add(row.user, row.body));
    app.post('/entregas', express.json(), async (request, response) => {
      const body = crearEntregaBody.parse(request.body);
      const id = await store({ user: userOf(request), body: JSON.stringify(body) });
      response.status(201).json({ id: Number(id.lastInsertRowid), ...body });
    });
  },
  sign(app) {
    const userOf = tokenCheck(jwksFile);
    const { privateKey } = generateKeyPairSync('ed25519');
    app.post('/sign-data', express.json(), async (request, response) => {
      const { payload } = signDataBody.parse(request.body);
      const signed = deliveryPayload(payload, userOf(request));
      response.json({ payload: signed, firma: await signDelivery(signed, { kid: 'techo', privateKey }) });
    });
  },
  read(app) {
    const userOf = tokenCheck(jwksFile);
    const one = filledRows().prepare('select * from fila where id = ?');
    app.get('/entrega/:id', (request, response) => {
      userOf(request);
      response.json(one.get(1 + (Number(request.params['id']) % ROWS)));
    });
  },
  page(app) {
    const userOf = tokenCheck(jwksFile);
    const page = filledRows().prepare('select * from fila where usuario_id = ? order by id desc limit ?');
    app.get('/entregas', (request, response) => {
      userOf(request);
      response.json(page.all(1, PAGE));
    });
  },
  status(app) {
    app.get('/monitor/status', (_request, response) => void response.type('json').send(given));
  },
};

const app = express();
app.disable('x-powered-by');
app.disable('etag');
LEVELS[level as Level](app);

const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => {
  rmSync(dir, { recursive: true, force: true });
  process.exit();
});
