/** The same thing many times at once: one effect, whoever comes first. */
import { randomBytes } from 'node:crypto';
import type { Case } from './suite.ts';
import { worked } from './attempt.ts';
import type { Target } from './target.ts';
import type { Answer } from './wire.ts';

const clase = 'carreras';

const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const countOf = (answers: readonly Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

const statusesOf = (answers: readonly Answer[]): string =>
  [...Map.groupBy(answers, ({ status }) => status)]
    .map(([status, all]) => `${all.length} × ${status}`)
    .join(', ');

const newProduct = async (target: Target, stock: number): Promise<number> => {
  const body = { sku: `SKU-${randomBytes(5).toString('hex')}`, nombre: 'Guantes', stock };
  return worked(await target.call('POST', '/logistica/inventario', { as: target.admin, body }), 201).json.id;
};

export const RACE_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'cien veces la misma confirmación: un efecto y una respuesta',
    async run(target) {
      const id = await target.newDelivery(target.ana);
      const body = await target.confirmation(target.ana, id);
      const path = `/logistica/entrega/${id}/confirmar`;
      const answers = await times(100, () => target.call('POST', path, { as: target.ana, body }));
      if (countOf(answers, 202) !== 100) return statusesOf(answers);
      const ids = new Set(answers.map(({ json }) => json.task_id));
      if (ids.size !== 1) return `${ids.size} tareas`;
      await target.endOf([...ids][0]);
      const { json } = worked(await target.call('GET', `/logistica/entrega/${id}`, { as: target.ana }), 200);
      const applied = (json.historial as { estado: string }[]).filter(
        ({ estado }) => estado === 'ENTREGADA',
      ).length;
      return applied === 1 ? undefined : `se aplicó ${applied} veces`;
    },
  },
  {
    clase,
    nombre: 'veinte confirmaciones distintas de una entrega: una',
    async run(target) {
      const id = await target.newDelivery(target.ana);
      const bodies = await times(20, (index) =>
        target.confirmation(target.ana, id, { nombre_recibe: `Persona ${index}` }),
      );
      const answers = await Promise.all(
        bodies.map((body) =>
          target.call('POST', `/logistica/entrega/${id}/confirmar`, { as: target.ana, body }),
        ),
      );
      return countOf(answers, 202) === 1 ? undefined : statusesOf(answers);
    },
  },
  {
    clase,
    nombre: 'cancelar y confirmar a la vez: una de las dos',
    async run(target) {
      for (let round = 0; round < 10; round += 1) {
        const id = await target.newDelivery(target.ana);
        const body = await target.confirmation(target.ana, id);
        const [cancelled, confirmed] = await Promise.all([
          target.call('POST', `/logistica/entregas/${id}/cancelar`, { as: target.ana }),
          target.call('POST', `/logistica/entrega/${id}/confirmar`, { as: target.ana, body }),
        ]);
        if ((cancelled.status === 200) === (confirmed.status === 202))
          return `cancelar ${cancelled.status}, confirmar ${confirmed.status}`;
      }
      return undefined;
    },
  },
  {
    clase,
    nombre: 'treinta pedidos de las diez últimas unidades: diez',
    async run(target) {
      const producto_id = await newProduct(target, 10);
      const body = {
        direccion: 'Calle 1',
        estado: 'EN_CAMINO',
        pedido_id: 'P',
        items: [{ producto_id, cantidad: 1 }],
      };
      const answers = await times(30, () =>
        target.call('POST', '/logistica/entregas', { as: target.ana, body }),
      );
      const { json } = worked(
        await target.call('GET', `/logistica/inventario/${producto_id}`, { as: target.admin }),
        200,
      );
      if (json.disponible < 0 || json.reservado > 10)
        return `quedan ${json.disponible}, reservadas ${json.reservado}`;
      return countOf(answers, 201) === 10 && countOf(answers, 409) === 20 ? undefined : statusesOf(answers);
    },
  },
  {
    clase,
    nombre: 'veinte ajustes que dejarían el inventario por debajo de cero',
    async run(target) {
      const id = await newProduct(target, 10);
      const body = { cantidad: -3, motivo: 'ataque' };
      const answers = await times(20, () =>
        target.call('POST', `/logistica/inventario/${id}/ajustes`, { as: target.admin, body }),
      );
      return countOf(answers, 201) === 3 ? undefined : statusesOf(answers);
    },
  },
  {
    clase,
    nombre: 'la misma Idempotency-Key veinte veces: una entrega',
    async run(target) {
      const body = { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'P' };
      const headers = ['idempotency-key', randomBytes(8).toString('hex')];
      const answers = await times(20, () =>
        target.call('POST', '/logistica/entregas', { as: target.ana, body, headers }),
      );
      const ids = new Set(answers.filter(({ status }) => status === 201).map(({ json }) => json.id));
      return ids.size === 1 ? undefined : `${ids.size} entregas (${statusesOf(answers)})`;
    },
  },
  {
    clase,
    nombre: 'el mismo nombre registrado diez veces, también con otra letra: una cuenta',
    async run(target) {
      const nombre = `Carrera-${randomBytes(4).toString('hex')}`;
      const answers = await times(10, (index) =>
        target.call('POST', '/autorizador/signup', {
          body: {
            nombre: index % 2 === 0 ? nombre : nombre.toUpperCase(),
            contrasena: 'caballo batería grapa',
          },
        }),
      );
      return countOf(answers, 201) === 1 ? undefined : statusesOf(answers);
    },
  },
  {
    clase,
    nombre: 'un refresh token usado diez veces a la vez: una sesión, o ninguna',
    async run(target) {
      const { nombre, contrasena } = target.ana;
      const login = worked(
        await target.call('POST', '/autorizador/login', { body: { nombre, contrasena } }),
        200,
      );
      const body = { refresh_token: login.json.refresh_token };
      const answers = await times(10, () => target.call('POST', '/autorizador/token/refresh', { body }));
      return countOf(answers, 200) <= 1 ? undefined : statusesOf(answers);
    },
  },
];
