import { z } from 'zod';
import {
  modificarUsuarioBody,
  signupBody,
  signupResponse,
  usuario,
} from '@medisupply/shared/contracts/autorizador';
import type { Usuario } from '@medisupply/shared/contracts/autorizador';
import { idInPath, isoTime, pageQuery } from '@medisupply/shared/contracts/fields';
import { decodeCursor, pageOf, pageReply } from '@medisupply/shared/http/pagination';
import type { Route } from '@medisupply/shared/http/route';
import { publicRoute, reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
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
      },
      handler: async ({ body }) => {
        const { token, usuario: creado } = await registrarUsuario(container, body);
        const { id, nombre, roles } = creado;
        const answer = { mensaje: 'Usuario creado exitosamente', token, usuario: { id, nombre, roles } };
        return reply(201, answer, { 'Cache-Control': 'no-store' });
      },
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
  ];
}

const present = ({ id, nombre, roles, activo, creado }: UsuarioGuardado): Usuario => ({
  id,
  nombre,
  roles,
  activo,
  creado: isoTime(creado),
});
