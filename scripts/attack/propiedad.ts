/** What belongs to somebody else: read, changed, confirmed, listed, or made one's own by a field too many. */
import { HOSTILE_IDS } from '@medisupply/shared/testing/hostile-values';
import type { Case } from './suite.ts';
import { firstOf, unless, worked } from './attempt.ts';
import type { Person, Target } from './target.ts';

const clase = 'propiedad';

/** A delivery of Ana's that is hers alone, and its confirmation's task. */
async function anasDelivery(target: Target) {
  const id = await target.newDelivery(target.ana, { asignada_a: target.ana.id });
  const body = await target.confirmation(target.ana, id);
  return { id, body };
}

const listed = async (target: Target, query = ''): Promise<number[]> => {
  const { json } = worked(
    await target.call('GET', `/logistica/entregas?limite=200${query}`, { as: target.beto }),
    200,
  );
  return (json as { id: number }[]).map((row) => row.id);
};

/** The markers of a JPEG in their order; nobody decodes it. */
const JPEG = Buffer.from('ffd8ffc0000b080001000101011100ffda0008010100003f0001ffd9', 'hex');

const sendFoto = (target: Target, id: number, as: Person) =>
  target.wire.send({
    method: 'POST',
    url: `${target.base}/api/v1/logistica/entrega/${id}/foto`,
    headers: ['authorization', `Bearer ${as.token}`, 'content-type', 'image/jpeg'],
    body: JPEG,
  });

export const OWNERSHIP_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'control: quien la creó la lee y la confirma',
    async run(target) {
      const { id, body } = await anasDelivery(target);
      worked(await target.call('GET', `/logistica/entrega/${id}`, { as: target.ana }), 200);
      worked(await target.call('POST', `/logistica/entrega/${id}/confirmar`, { as: target.ana, body }), 202);
      return undefined;
    },
  },
  {
    clase,
    nombre: 'la entrega y la tarea de otra persona, por cualquier ruta',
    async run(target) {
      const { id, body } = await anasDelivery(target);
      const confirmed = await target.call('POST', `/logistica/entrega/${id}/confirmar`, {
        as: target.ana,
        body,
      });
      const { task_id } = worked(confirmed, 202).json;
      const { beto } = target;
      const own = await target.confirmation(beto, id);
      const attempts: [string, string, unknown?][] = [
        ['GET', `/logistica/entrega/${id}`],
        ['POST', `/logistica/entrega/${id}/confirmar`, own],
        ['POST', `/logistica/entrega/${id}/confirmar`, body],
        ['GET', `/logistica/entrega/${id}/foto`],
        ['POST', `/logistica/entrega/${id}/intento-fallido`, { motivo: 'OTRO' }],
        ['POST', `/logistica/entregas/${id}/cancelar`],
        ['POST', `/logistica/entregas/${id}/tomar`],
        ['POST', `/logistica/entregas/${id}/soltar`],
        ['GET', `/logistica/tarea/${task_id}`],
        ['GET', `/logistica/tareas/${task_id}`],
        ['GET', `/logistica/reportes/${task_id}.csv`],
      ];
      const how = await firstOf(attempts, async ([method, path, content]) =>
        unless(await target.call(method, path, { as: beto, body: content }), [404, 403], `${method} ${path}`),
      );
      return how ?? ((await listed(target)).includes(id) ? 'sale en su lista' : undefined);
    },
  },
  {
    clase,
    nombre: 'la foto de una entrega de otra persona, leída o puesta',
    async run(target) {
      const { id } = await anasDelivery(target);
      worked(await sendFoto(target, id, target.ana), 201);
      const path = `/logistica/entrega/${id}/foto`;
      return (
        unless(await target.call('GET', path, { as: target.beto }), [404, 403], 'leída') ??
        unless(await sendFoto(target, id, target.beto), [404, 403], 'puesta')
      );
    },
  },
  {
    clase,
    nombre: 'la foto de otra entrega, firmada para la propia',
    async run(target) {
      const { id } = await anasDelivery(target);
      const { sha256 } = worked(await sendFoto(target, id, target.ana), 201).json;
      const own = await target.newDelivery(target.beto);
      const body = await target.confirmation(target.beto, own, { foto_sha256: sha256 });
      const path = `/logistica/entrega/${own}/confirmar`;
      return unless(await target.call('POST', path, { as: target.beto, body }), [409]);
    },
  },
  {
    clase,
    nombre: 'una entrega sin asignar, leída en claro por cualquiera',
    async run(target) {
      const id = await target.newDelivery(target.ana, { direccion: 'Calle secreta 1' });
      const answer = await target.call('GET', `/logistica/entrega/${id}`, { as: target.beto });
      return answer.text.includes('Calle secreta 1')
        ? `${answer.status}: ${answer.text.slice(0, 120)}`
        : undefined;
    },
  },
  {
    clase,
    nombre: 'una entrega sin asignar, listada a quien no es mensajero',
    async run(target) {
      const id = await target.newDelivery(target.ana, { pedido_id: 'PED-sin-asignar' });
      return (await listed(target, '&pedido_id=PED-sin-asignar')).includes(id)
        ? 'sale en su lista'
        : undefined;
    },
  },
  {
    clase,
    nombre: 'una entrega sin asignar, confirmada por quien ni la creó ni es Admin',
    async run(target) {
      const id = await target.newDelivery(target.ana);
      const body = await target.confirmation(target.beto, id);
      return unless(
        await target.call('POST', `/logistica/entrega/${id}/confirmar`, { as: target.beto, body }),
        [403, 404],
      );
    },
  },
  {
    clase,
    nombre: 'identificadores que no lo son',
    run: (target) =>
      firstOf(HOSTILE_IDS, (id) =>
        firstOf(
          [`/logistica/entrega/${id}`, `/logistica/inventario/${id}`, `/logistica/tareas/${id}`],
          async (path) => unless(await target.call('GET', path, { as: target.admin }), [400, 404], path),
        ),
      ),
  },
  {
    clase,
    nombre: 'campos de más al crear: dueño, id, estado reservado, prototipo',
    run: (target) => {
      const good = { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'P' };
      return firstOf(
        [
          { creador_id: target.ana.id },
          { estado: 'ENTREGADA' },
          { estado: 'PENDING_SYSTEM_CONFIRMATION' },
          { estado: 'FAILED_MAX_RETRIES' },
          { estado: 'ＥＮＴＲＥＧＡＤＡ' },
          { estado: 'ENTREGАDA' },
          JSON.parse('{"__proto__":{"estado":"ENTREGADA"}}'),
          { constructor: { prototype: { estado: 'ENTREGADA' } } },
        ].map((extra) =>
          Object.hasOwn(extra, '__proto__')
            ? `${JSON.stringify(good).slice(0, -1)},"__pr\\u006fto__":{"estado":"ENTREGADA"}}`
            : JSON.stringify({ ...good, ...extra }),
        ),
        async (body) =>
          unless(await target.call('POST', '/logistica/entregas', { as: target.beto, body }), [400], body),
      );
    },
  },
  {
    clase,
    nombre:
      'lo que la plataforma responde, devuelto al crear como si valiera: id, dueño, quien confirma, firma',
    async run(target) {
      const stored = {
        id: 1,
        creada_por: `usuario:${target.ana.id}`,
        confirmada_por: target.ana.id,
        usuario_id: target.ana.id,
        firma_recibe: '<svg/>',
        integridad_firma: 'e30..x',
        fecha_entrega: '2026-01-01T00:00:00Z',
      };
      const answer = await target.call('POST', '/logistica/entregas', {
        as: target.beto,
        body: { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'P', ...stored },
      });
      if (answer.status !== 201) return unless(answer, [201]);
      const row = JSON.parse(answer.text) as Record<string, unknown>;
      const kept = Object.entries(stored).find(([name, value]) => row[name] === value);
      if (kept) return `${kept[0]} queda como se envió: ${String(kept[1])}`;
      return row['creada_por'] === `usuario:${target.beto.id}`
        ? undefined
        : `es de ${String(row['creada_por'])}`;
    },
  },
  {
    clase,
    nombre: 'confirmar con los identificadores de otro',
    async run(target) {
      const { id, body } = await anasDelivery(target);
      const other = await target.newDelivery(target.ana);
      return firstOf([{ usuario_id: target.beto.id }, { entrega_id: other }], async (extra) =>
        unless(
          await target.call('POST', `/logistica/entrega/${id}/confirmar`, {
            as: target.ana,
            body: { ...body, ...extra },
          }),
          [400],
        ),
      );
    },
  },
  {
    clase,
    nombre: 'la confirmación guardada de otra persona, repetida',
    async run(target) {
      const { id, body } = await anasDelivery(target);
      const path = `/logistica/entrega/${id}/confirmar`;
      worked(await target.call('POST', path, { as: target.ana, body }), 202);
      return unless(await target.call('POST', path, { as: target.beto, body }), [404, 403]);
    },
  },
  {
    clase,
    nombre: 'la Idempotency-Key de otra persona no da su respuesta',
    async run(target) {
      const body = { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'P', asignada_a: target.ana.id };
      const headers = ['idempotency-key', 'la-de-ana'];
      const first = worked(
        await target.call('POST', '/logistica/entregas', { as: target.ana, body, headers }),
        201,
      );
      const second = await target.call('POST', '/logistica/entregas', { as: target.beto, body, headers });
      return second.json?.id === first.json.id ? `recibió la entrega ${second.json.id}` : undefined;
    },
  },
];
