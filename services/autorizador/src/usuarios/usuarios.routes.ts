import { z } from 'zod';
import {
  crearUsuarioBody,
  crearUsuarioResponse,
  darContrasenaResponse,
  modificarUsuarioBody,
  registroResponse,
  signupBody,
  signupResponse,
  usuario,
} from '@medisupply/shared/contracts/autorizador';
import type { Usuario } from '@medisupply/shared/contracts/autorizador';
import { idInPath, isoTime, pageQuery } from '@medisupply/shared/contracts/fields';
import { clientAddress } from '@medisupply/shared/http/client-address';
import { decodeCursor, pageOf, pageReply } from '@medisupply/shared/http/pagination';
import type { Route } from '@medisupply/shared/http/route';
import { publicRoute, reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { esPrimerAcceso } from './crear-administrador.ts';
import { crearUsuario } from './crear-usuario.ts';
import { darContrasena } from './dar-contrasena.ts';
import { modificarUsuario } from './modificar-usuario.ts';
import { registrarUsuario } from './registrar-usuario.ts';
import { listUsuarios } from './usuarios.repository.ts';
import type { UsuarioGuardado } from './usuarios.repository.ts';

const DEFAULT_LIMIT = 50;

export function usuariosRoutes(container: Container): Route[] {
  return [
    publicRoute({
      method: 'post',
      path: '/signup',
      summary: 'Crea un usuario con el rol usuario',
      tag: 'usuarios',
      body: signupBody,
      example: { nombre: 'ana', contrasena: 'una frase larga' },
      responses: {
        201: { description: 'Usuario creado', schema: signupResponse },
        400: { description: 'Datos no válidos, nombre ocupado o contraseña común' },
        403: { description: 'El registro está cerrado' },
        429: { description: 'Demasiados registros desde la misma dirección' },
      },
      handler: async ({ body, request }) => {
        const { token, usuario: creado } = await registrarUsuario(container, body, clientAddress(request));
        const { id, nombre, roles } = creado;
        const answer =
          token === undefined
            ? {
                mensaje: 'Cuenta creada; un administrador debe aprobarla',
                usuario: { id, nombre, roles, activo: false },
              }
            : { mensaje: 'Usuario creado exitosamente', token, usuario: { id, nombre, roles } };
        return reply(201, answer, { 'Cache-Control': 'no-store' });
      },
    }),
    publicRoute({
      method: 'get',
      path: '/registro',
      summary: 'Dice quién puede crear una cuenta',
      tag: 'usuarios',
      responses: { 200: { description: 'abierto, aprobado o cerrado', schema: registroResponse } },
      handler: async () =>
        reply(200, {
          registro: container.config.REGISTRO,
          primer_acceso: await esPrimerAcceso(container.db),
        }),
    }),
    userRoute({
      method: 'get',
      path: '/usuarios',
      summary: 'Lista los usuarios, los más nuevos primero',
      tag: 'usuarios',
      roles: ['Admin'],
      query: z.strictObject(pageQuery),
      responses: { 200: { description: 'Una página', schema: z.array(usuario) } },
      handler: async ({ query, request }) => {
        const limit = query.limite ?? DEFAULT_LIMIT;
        const rows = await listUsuarios(container.db.read, limit, decodeCursor(query.cursor));
        const { items, next } = pageOf(rows, limit, (row) => row.id, present);
        return pageReply(request, next, items);
      },
    }),
    userRoute({
      method: 'post',
      path: '/usuarios',
      summary: 'Crea un usuario, también con el registro cerrado',
      tag: 'usuarios',
      roles: ['Admin'],
      body: crearUsuarioBody,
      example: { nombre: 'ana', roles: ['usuario'] },
      responses: {
        201: { description: 'Usuario creado', schema: crearUsuarioResponse },
        400: { description: 'Datos no válidos, nombre ocupado o contraseña común' },
      },
      handler: async ({ body, caller }) => {
        const { usuario: creado, ...dada } = await crearUsuario(container, body, caller.usuario_id);
        return reply(201, { usuario: present(creado), ...dada });
      },
    }),
    userRoute({
      method: 'patch',
      path: '/usuarios/:id',
      summary: 'Concede roles, activa o desactiva',
      tag: 'usuarios',
      roles: ['Admin'],
      params: z.strictObject({ id: idInPath }),
      body: modificarUsuarioBody,
      example: { roles: ['usuario', 'System'], activo: true },
      audit: { accion: 'usuario.modificar', campos: ['roles', 'activo'] },
      responses: {
        200: { description: 'El usuario como quedó', schema: usuario },
        404: { description: 'Usuario no encontrado' },
        409: { description: 'No quedaría ningún administrador activo' },
      },
      handler: async ({ params, body }) =>
        reply(200, present(await modificarUsuario(container, params.id, body))),
    }),
    userRoute({
      method: 'post',
      path: '/usuarios/:id/contrasena',
      summary: 'Da una contraseña de un solo uso, que hay que cambiar al entrar',
      tag: 'usuarios',
      roles: ['Admin'],
      params: z.strictObject({ id: idInPath }),
      responses: {
        201: { description: 'La contraseña, esta única vez', schema: darContrasenaResponse },
        404: { description: 'Usuario no encontrado' },
      },
      handler: async ({ params, caller }) => {
        const { usuario: suyo, contrasena } = await darContrasena(container, params.id, caller.usuario_id);
        return reply(201, { usuario: present(suyo), contrasena });
      },
    }),
  ];
}

const present = (row: UsuarioGuardado): Usuario => ({
  id: row.id,
  nombre: row.nombre,
  roles: row.roles,
  activo: row.activo,
  creado: isoTime(row.creado),
  ...(row.pendiente ? { pendiente: true } : {}),
  ...(row.contrasena_temporal === null ? {} : { contrasena_temporal: isoTime(row.contrasena_temporal) }),
});
