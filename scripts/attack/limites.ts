/** Too much of something, and ways to shut others out. Runs on a platform with its limits as they come. */
import { randomBytes } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Case } from './suite.ts';
import { firstOf, unless, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'límites';
const MiB = 1024 * 1024;

/** Addresses of people who are not the attacker. */
const VICTIM = '127.0.9.1';
const ATTACKER = '127.0.9.2';

const login = (target: Target, nombre: string, contrasena: string, from: string, headers: string[] = []) =>
  target.call('POST', '/autorizador/login', { body: { nombre, contrasena }, from, headers });

const countOf = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

const BODIES = ['/logistica/entregas', '/autorizador/login', '/autorizador/sign-data'];

export const LIMIT_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'un cuerpo de diez megabytes, anunciado',
    run: (target) =>
      firstOf([...BODIES, '/logistica/entrega/1/foto'], async (path) =>
        unless(await target.call('POST', path, { as: target.ana, body: 'x'.repeat(10 * MiB) }), [413], path),
      ),
  },
  {
    clase,
    nombre: 'un cuerpo sin fin, por trozos: se corta, con token o sin él',
    async run(target) {
      for (const authorization of [`Bearer ${target.ana.token}`, undefined]) {
        const sent = await endlessBody(target, authorization);
        if (sent > 64 * MiB)
          return `leyó ${Math.round(sent / MiB)} MiB ${authorization ? 'con' : 'sin'} token`;
      }
      return undefined;
    },
  },
  {
    clase,
    nombre: 'una bomba de gzip',
    run: async (target) => {
      const bomb = gzipSync(Buffer.alloc(50 * MiB, 0x20));
      return unless(
        await target.wire.send({
          method: 'POST',
          url: `${target.base}/api/v1/logistica/entregas`,
          headers: [
            'authorization',
            `Bearer ${target.ana.token}`,
            'content-type',
            'application/json',
            'content-encoding',
            'gzip',
          ],
          body: bomb,
        }),
        [413],
      );
    },
  },
  {
    clase,
    nombre: 'cien mil niveles, o cien mil claves',
    run: (target) =>
      firstOf(
        [
          '['.repeat(100_000),
          '{"a":'.repeat(40_000),
          `{"direccion":${'['.repeat(60_000)}${']'.repeat(60_000)}}`,
          `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":0`).join()}}`,
        ],
        async (body) => {
          const started = performance.now();
          const answer = await target.call('POST', '/logistica/entregas', { as: target.ana, body });
          const ms = performance.now() - started;
          return (
            unless(answer, [400, 413], body.slice(0, 10)) ??
            (ms > 3_000 ? `tardó ${Math.round(ms)} ms` : undefined)
          );
        },
      ),
  },
  {
    clase,
    nombre: 'una cabecera de 20 KB',
    run: (target) =>
      firstOf([target.base, ...directUrls(target)], async (url) =>
        unless(
          await target.wire.send({
            method: 'GET',
            url: `${url}/health`,
            headers: ['x-grande', 'x'.repeat(20_000)],
          }),
          [431],
          url,
        ),
      ),
  },
  {
    clase,
    nombre: 'una contraseña de un megabyte',
    run: async (target) => {
      const body = { nombre: target.ana.nombre, contrasena: 'x'.repeat(200_000) };
      return unless(await target.call('POST', '/autorizador/login', { body }), [400, 413]);
    },
  },
  {
    clase,
    nombre: 'páginas de mil millones',
    run: (target) =>
      firstOf(['1000000000', '201', '0', '-1', '1e9'], async (limite) =>
        unless(
          await target.call('GET', `/logistica/entregas?limite=${limite}`, { as: target.ana }),
          [400],
          limite,
        ),
      ),
  },
  {
    clase,
    nombre: 'clientes lentos, en la cabecera y en el cuerpo',
    slow: true,
    async run(target) {
      const cut = await Promise.all(
        [
          'GET /x HTTP/1.1\r\nHost: x\r\nX-',
          'POST /api/v1/logistica/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc',
        ].map((bytes) => secondsUntilCut(target, bytes)),
      );
      return Math.max(...cut) > 30 ? `siguen abiertas a los ${Math.max(...cut)} s` : undefined;
    },
  },
  {
    clase,
    nombre: 'adivinar una contraseña sin espera',
    async run(target) {
      const person = await target.newPerson();
      const answers = [];
      for (let attempt = 0; attempt < 12; attempt += 1)
        answers.push(await login(target, person.nombre, `no-es-${attempt}`, ATTACKER));
      return countOf(answers, 429) > 0 ? undefined : 'doce intentos seguidos, ninguno con espera';
    },
  },
  {
    clase,
    nombre: 'cerrar a otro su cuenta con contraseñas malas',
    async run(target) {
      const victim = await target.newPerson();
      for (let attempt = 0; attempt < 8; attempt += 1)
        await login(target, victim.nombre, `no-es-${attempt}`, ATTACKER);
      return unless(
        await login(target, victim.nombre, victim.contrasena, VICTIM),
        [200],
        'la víctima, desde su dirección',
      );
    },
  },
  {
    clase,
    nombre: 'cerrar a otro su dirección con X-Forwarded-For, directo al servicio',
    slow: true,
    async run(target) {
      const url = `${target.direct('autorizador')}/login`;
      const victim = await target.newPerson();
      const body = (nombre: string, contrasena: string) => JSON.stringify({ nombre, contrasena });
      const address = '127.0.9.3';
      for (let round = 0; round < 11; round += 1)
        await Promise.all(
          Array.from({ length: 10 }, () =>
            target.wire.send({
              method: 'POST',
              url,
              headers: ['content-type', 'application/json', 'x-forwarded-for', address],
              body: body(`nadie-${randomBytes(4).toString('hex')}`, 'no es esta'),
              from: ATTACKER,
            }),
          ),
        );
      return unless(await login(target, victim.nombre, victim.contrasena, address), [200], 'la víctima');
    },
  },
  {
    clase,
    nombre: 'registrar cuentas sin límite desde una dirección',
    async run(target) {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () =>
          target.call('POST', '/autorizador/signup', {
            body: { nombre: `masa-${randomBytes(6).toString('hex')}`, contrasena: 'caballo batería grapa' },
            from: '127.0.9.4',
            planned: [503],
          }),
        ),
      );
      return countOf(answers, 429) > 0 ? undefined : `${countOf(answers, 201)} de 40 creadas de golpe`;
    },
  },
  {
    clase,
    nombre: 'que nadie entre mientras otro registra cuentas',
    async run(target) {
      const victim = await target.newPerson();
      const flood = Promise.all(
        Array.from({ length: 80 }, () =>
          target.call('POST', '/autorizador/signup', {
            body: { nombre: `masa-${randomBytes(6).toString('hex')}`, contrasena: 'caballo batería grapa' },
            from: '127.0.9.5',
            planned: [503],
          }),
        ),
      );
      const started = performance.now();
      const answer = await target.call('POST', '/autorizador/login', {
        body: { nombre: victim.nombre, contrasena: victim.contrasena },
        from: VICTIM,
        planned: [503],
      });
      const ms = performance.now() - started;
      await flood;
      return unless(answer, [200]) ?? (ms > 5_000 ? `tardó ${Math.round(ms)} ms` : undefined);
    },
  },
  {
    clase,
    nombre: 'reservar todo el inventario de un producto',
    async run(target) {
      const product = { sku: `SKU-${randomBytes(5).toString('hex')}`, nombre: 'Guantes', stock: 1_000 };
      const made = worked(
        await target.call('POST', '/logistica/inventario', { as: target.admin, body: product }),
        201,
      );
      const answers = [];
      for (let n = 0; n < 10; n += 1)
        answers.push(
          await target.call('POST', '/logistica/entregas', {
            as: target.beto,
            body: {
              direccion: 'Calle 1',
              estado: 'EN_CAMINO',
              pedido_id: 'P',
              items: [{ producto_id: made.json.id, cantidad: 100 }],
            },
          }),
        );
      return countOf(answers, 201) < 10 ? undefined : 'una cuenta reservó las 1.000 unidades';
    },
  },
  {
    clase,
    nombre: 'crear entregas sin límite desde una cuenta',
    slow: true,
    async run(target) {
      const answers: { status: number }[] = [];
      // More than USER_CREATE_RATE allows in a minute.
      for (let round = 0; round < 160; round += 1)
        answers.push(
          ...(await Promise.all(
            Array.from({ length: 40 }, () =>
              target.call('POST', '/logistica/entregas', {
                as: target.beto,
                body: { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'P' },
                planned: [503],
              }),
            ),
          )),
        );
      return countOf(answers, 429) > 0 ? undefined : `${countOf(answers, 201)} creadas seguidas`;
    },
  },
  {
    clase,
    nombre: 'ocupar todos los flujos de eventos: queda sitio para Admin',
    async run(target) {
      const taken: ClientRequest[] = [];
      try {
        for (let user = 0; user < 130; user += 1) {
          const token = target.token(1_000_000 + user);
          await Promise.all(Array.from({ length: 8 }, () => openStream(target, token, ATTACKER, taken)));
        }
        const last = await openStream(target, target.admin.token, VICTIM, taken);
        return last === 200
          ? undefined
          : `Admin recibe ${last} con ${taken.length - 1} flujos pedidos por otros`;
      } finally {
        for (const stream of taken) stream.destroy();
      }
    },
  },
  {
    clase,
    nombre: 'más solicitudes por segundo de las que deja la puerta',
    slow: true,
    async run(target) {
      const answers: { status: number }[] = [];
      const until = performance.now() + 10_000;
      while (performance.now() < until && countOf(answers, 429) === 0)
        answers.push(
          ...(await Promise.all(Array.from({ length: 200 }, () => target.call('GET', '/logistica/nada')))),
        );
      return countOf(answers, 429) > 0 || answers.length < 6_000 ? undefined : `${answers.length} sin un 429`;
    },
  },
];

function directUrls(target: Target): string[] {
  return (['autorizador', 'logistica-inventario', 'monitor', 'bull-board'] as const).map((name) =>
    target.direct(name),
  );
}

/** Sends zeros until it is cut off. @returns how many bytes the other side has taken */
function endlessBody(target: Target, authorization: string | undefined): Promise<number> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(target.direct('logistica-inventario'));
    const socket = connect(Number(port), hostname);
    const chunk = Buffer.from(`10000\r\n${'0'.repeat(65_536)}\r\n`);
    let isAnswered = false;
    const finish = () => resolve(socket.bytesWritten - socket.writableLength);
    socket.setTimeout(15_000, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', () => (isAnswered = true));
    socket.on('close', finish);
    const more = (): void => {
      if (socket.destroyed) return;
      // Answered and not yet closed: what is still taken counts.
      if (isAnswered && socket.bytesWritten > 32 * MiB) socket.destroy();
      else if (socket.write(chunk)) setImmediate(more);
      else socket.once('drain', more);
    };
    socket.write(
      'POST /entregas HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n' +
        `${authorization === undefined ? '' : `Authorization: ${authorization}\r\n`}\r\n`,
    );
    more();
  });
}

function secondsUntilCut(target: Target, bytes: string): Promise<number> {
  return new Promise((resolve) => {
    const started = performance.now();
    const { hostname, port } = new URL(target.base);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(40_000, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.on('close', () => resolve(Math.round((performance.now() - started) / 1_000)));
  });
}

/** @returns the status that the stream began with; it stays open, and stands in `taken` */
function openStream(target: Target, token: string, from: string, taken: ClientRequest[]): Promise<number> {
  return new Promise((resolve) => {
    const stream = request(`${target.base}/api/v1/monitor/eventos`, {
      headers: { authorization: `Bearer ${token}` },
      agent: false,
      localAddress: from,
    });
    taken.push(stream);
    stream.on('error', () => resolve(0));
    stream.on('response', (incoming) => {
      incoming.on('error', () => undefined);
      incoming.resume();
      resolve(incoming.statusCode ?? 0);
    });
    stream.end();
  });
}
