/** Operations of a role that one does not have, and ways to get the role. */
import type { Scope } from '@medisupply/shared/contracts/vocabulary';
import { SERVICE_KEY_OWNERS, serviceKeyPath } from '@medisupply/shared/security/secret-layout';
import { SERVICES } from '@medisupply/shared/services';
import { fillWith } from './fuzz/fuzz.ts';
import type { Operation } from './fuzz/operations.ts';
import { readOperations } from './fuzz/operations.ts';
import type { Case } from './suite.ts';
import { firstOf, unless, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'roles';

const BEHIND_THE_GATEWAY: readonly string[] = SERVICES.flatMap(({ gateway }) => gateway?.path ?? []);

/** Good requests that name nothing that exists: who may call is decided before. */
const emptyHanded = (target: Target) =>
  fillWith(target, { person: target.beto, entregaId: 1, productoId: 1, taskId: '1', firma: 'x', fields: {} });

const restricted = async (target: Target): Promise<Operation[]> =>
  (await readOperations(target, BEHIND_THE_GATEWAY)).filter(({ roles }) => roles !== undefined);

export const ROLE_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'sin token, toda operación restringida',
    async run(target) {
      const fill = emptyHanded(target);
      return firstOf(await restricted(target), async (operation) => {
        const { path, body } = fill(operation);
        return unless(
          await target.call(operation.method, `/${operation.service}${path}`, { body }),
          [401],
          `${operation.method} ${path}`,
        );
      });
    },
  },
  {
    clase,
    nombre: 'como usuario, toda operación de Admin o System',
    async run(target) {
      const fill = emptyHanded(target);
      const ofOthers = (await restricted(target)).filter(
        ({ roles = [] }) => roles.length > 0 && !roles.includes('usuario'),
      );
      if (ofOthers.length < 8)
        throw new Error(`los documentos dicen solo ${ofOthers.length} operaciones de Admin`);
      return firstOf(ofOthers, async (operation) => {
        const { path, body } = fill(operation);
        return unless(
          await target.call(operation.method, `/${operation.service}${path}`, { as: target.beto, body }),
          [403],
          `${operation.method} ${path}`,
        );
      });
    },
  },
  {
    clase,
    nombre: 'registrarse con roles',
    async run(target) {
      const person = { nombre: `ataque-rol-${Date.now()}`, contrasena: 'caballo batería grapa' };
      const body = { ...person, roles: ['Admin'] };
      const { json } = worked(await target.call('POST', '/autorizador/signup', { body }), 201);
      if (json.usuario.roles.join() !== 'usuario') return `quedó con ${json.usuario.roles}`;
      return unless(await target.call('GET', '/autorizador/usuarios', { as: json.token }), [403]);
    },
  },
  {
    clase,
    nombre: 'registrarse como admin, o con un nombre que lo parece',
    run: (target) =>
      firstOf(
        ['admin', 'Admin', 'ADMIN', 'аdmin', 'admіn', 'ａｄｍｉｎ', 'admin\u200b', 'adm\u00adin', ' admin'],
        async (nombre) =>
          unless(
            await target.call('POST', '/autorizador/signup', {
              body: { nombre, contrasena: 'caballo batería grapa' },
            }),
            [400],
            nombre,
          ),
      ),
  },
  {
    clase,
    nombre: 'darse un rol',
    run: async (target) =>
      unless(
        await target.call('PATCH', `/autorizador/usuarios/${target.beto.id}`, {
          as: target.beto,
          body: { roles: ['Admin'] },
        }),
        [403],
      ),
  },
  {
    clase,
    nombre: 'otro método por cabecera, campo o consulta',
    async run(target) {
      const path = '/logistica/tareas/0192f0c1-7d5e-7abc-8def-0123456789ab';
      return firstOf(
        [
          ...['x-http-method-override', 'x-http-method', 'x-method-override'].map((name) => ({
            headers: [name, 'DELETE'],
            query: '',
          })),
          { headers: [], query: '?_method=DELETE' },
        ],
        async ({ headers, query }) =>
          unless(await target.call('POST', `${path}${query}`, { as: target.admin, headers }), [405]),
      );
    },
  },
  {
    clase,
    nombre: 'una clave de servicio fuera de su ámbito, directa al servicio',
    async run(target) {
      const url = target.direct('logistica-inventario');
      return firstOf(SERVICE_KEY_OWNERS, async (owner) => {
        const { id, scopes } = owner;
        const key = target.secret(serviceKeyPath(owner));
        const send = (method: string, path: string) =>
          target.wire.send({ method, url: url + path, headers: ['i-api-key', key] });
        const expected = (scope: Scope) => (scopes.includes(scope) ? [200] : [403]);
        return (
          unless(await send('GET', '/tareas'), expected('tareas'), `${id} GET /tareas`) ??
          unless(await send('GET', '/metrics'), expected('metrics'), `${id} GET /metrics`) ??
          unless(await send('GET', '/inventario'), [403], `${id} GET /inventario`) ??
          unless(await send('DELETE', '/tareas/x'), [403], `${id} DELETE /tareas/x`)
        );
      });
    },
  },
  {
    clase,
    nombre: 'Bull Board sin sesión, con la de un usuario o con un token',
    async run(target) {
      const url = target.direct('bull-board');
      const { nombre, contrasena } = target.beto;
      const login = await target.wire.send({
        method: 'POST',
        url: `${url}/login`,
        headers: ['content-type', 'application/json'],
        body: JSON.stringify({ nombre, contrasena }),
      });
      const how = unless(login, [401, 403], 'sesión de un usuario');
      if (how !== undefined) return how;
      const headers = [
        [],
        ['authorization', `Bearer ${target.admin.token}`],
        ['i-api-key', target.secret('operator/service_key')],
        ['cookie', 'medisupply_board=a.b'],
        ['x-http-method-override', 'GET'],
      ];
      const calls: [string, string][] = [
        ['GET', '/api/queues'],
        ['PUT', '/api/queues/logistica/obliterate'],
        ['POST', '/api/queues/logistica/add'],
        ['DELETE', '/api/queues'],
      ];
      return firstOf(headers, (each) =>
        firstOf(calls, async ([method, path]) =>
          unless(
            await target.wire.send({ method, url: url + path, headers: each }),
            [401],
            `${method} ${path}`,
          ),
        ),
      );
    },
  },
  {
    clase,
    nombre: 'Bull Board desde otra página, con la sesión de Admin',
    async run(target) {
      const url = target.direct('bull-board');
      const { nombre, contrasena } = target.admin;
      const login = await target.wire.send({
        method: 'POST',
        url: `${url}/login`,
        headers: ['content-type', 'application/json'],
        body: JSON.stringify({ nombre, contrasena }),
      });
      const cookie = worked(login, 204).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      worked(
        await target.wire.send({ method: 'GET', url: `${url}/api/queues`, headers: ['cookie', cookie] }),
        200,
      );
      return firstOf(['https://evil.example', 'null', undefined], async (origin) =>
        unless(
          await target.wire.send({
            method: 'PUT',
            url: `${url}/api/queues/logistica/pause`,
            headers: ['cookie', cookie, ...(origin === undefined ? [] : ['origin', origin])],
          }),
          [403],
          `Origin: ${origin}`,
        ),
      );
    },
  },
];
