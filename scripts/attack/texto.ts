/** Text from outside that something would take for more than text: a terminal, a spreadsheet, a browser, a log. */
import { randomBytes } from 'node:crypto';
import type { Case } from './suite.ts';
import { firstOf, NotTried, unless, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'texto';

/** Characters that steer a terminal or disguise text. */
const STEERING = [
  'a\u0000b',
  'a\u001b[31mb',
  'a\u0007b',
  'a\u007fb',
  'a\u009b31mb',
  'abc\u202etxt',
  'a\u2066b',
  'a\ud800b',
];
/** Every control character but the end of a line, and what directs or breaks a line. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** What a spreadsheet takes for a formula at the beginning of a cell. */
const FORMULAS = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(1)',
  '\t=1+1',
  '＝1+1',
  '＋1+1',
  'x;=1+1',
  'x\t=1+1',
  'x\n=1+1',
  'x|=1+1',
];
const AS_FORMULA = /(^|[\t;\n\r|])[ "]*[=+\-@＝＋－＠]\d?[+\w(]/;

export const TEXT_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'caracteres de control en los campos de texto',
    run: (target) =>
      firstOf(STEERING, async (value) => {
        const entrega = { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'P' };
        return firstOf(Object.keys(entrega), async (field) =>
          unless(
            await target.call('POST', '/logistica/entregas', {
              as: target.ana,
              body: { ...entrega, [field]: value },
            }),
            [400],
            `${field} ${JSON.stringify(value)}`,
          ),
        );
      }),
  },
  {
    clase,
    nombre: 'caracteres de control en el registro de la plataforma',
    async run(target) {
      if (target.log.length === 0) throw new NotTried('no se ve el registro de esa plataforma');
      const odd = ['/%1b%5b31mrojo', '/a%0d%0aINFO%20todo%20bien', '/%c2%9b31m', '/%e2%80%ae', '/%e2%80%a8'];
      for (const path of odd) {
        await target.call('GET', `/logistica${path}`, { as: target.ana });
        await target.call('GET', `/logistica/tareas${path}`, { as: target.admin });
      }
      for (const descripcion of ['a\nINFO todo bien', 'a\tb', '\u2028', '\u200e'])
        await target.call('POST', '/logistica/tareas', {
          as: target.admin,
          body: { tipo: 'log_activity', activity_data: { tipo: 'nota', descripcion } },
        });
      for (const header of ['x-request-id', 'traceparent', 'user-agent'])
        await target.call('GET', '/logistica/nada', { headers: [header, '\u009b31m\u0085'] });
      // Behind the launcher's name of the process: what was broken out of its line.
      const line = target.log.find((each) => CONTROL.test(each) || /^\S*[ |│]*INFO todo bien/.test(each));
      return line === undefined ? undefined : JSON.stringify(line).slice(0, 300);
    },
  },
  {
    clase,
    nombre: 'contraseñas, tokens, firmas o direcciones en el registro',
    async run(target) {
      if (target.log.length === 0) throw new NotTried('no se ve el registro de esa plataforma');
      const planted = `Plantada-${randomBytes(6).toString('hex')}`;
      const id = await target.newDelivery(target.ana, { direccion: planted });
      const good = await target.confirmation(target.ana, id, {
        direccion: planted,
        nombre_recibe: `${planted}-n`,
      });
      const path = `/logistica/entrega/${id}/confirmar`;
      await target.call('POST', path, { as: target.ana, body: { ...good, nombre_recibe: planted } });
      await target.call('POST', path, { as: target.ana, body: JSON.stringify(good).slice(0, -1) });
      await target.call('POST', path, { as: target.ana, body: { ...good, otro: planted } });
      const { task_id } = worked(await target.call('POST', path, { as: target.ana, body: good }), 202).json;
      await target.endOf(task_id);
      await target.call('POST', '/autorizador/login', {
        body: { nombre: target.ana.nombre, contrasena: planted },
      });
      await target.call('GET', `/logistica/entregas?token=${planted}`, {
        headers: ['cookie', `a=${planted}`],
      });
      const secrets = [
        planted,
        target.ana.token,
        target.admin.token,
        target.ana.contrasena,
        good.firma_payload,
      ];
      const line = target.log.find((each) => secrets.some((secret) => each.includes(secret)));
      return line === undefined ? undefined : line.slice(0, 300);
    },
  },
  {
    clase,
    nombre: 'fórmulas en un CSV',
    async run(target) {
      const nombre = (formula: string) => ({
        sku: `CSV-${randomBytes(4).toString('hex')}`,
        nombre: formula,
        stock: 5,
      });
      for (const estado of FORMULAS) {
        await target.call('POST', '/logistica/entregas', {
          as: target.ana,
          body: { direccion: 'Calle 1', estado, pedido_id: 'P' },
        });
        await soldProduct(target, nombre(estado));
      }
      const task = await target.call('POST', '/logistica/tareas', {
        as: target.admin,
        body: { tipo: 'generar_reporte' },
      });
      const { task_id } = worked(task, 202).json;
      await target.endOf(task_id);
      const { text } = worked(
        await target.call('GET', `/logistica/reportes/${task_id}.csv`, { as: target.admin }),
        200,
      );
      if (!text.includes('1+1')) throw new Error('las fórmulas no llegaron al reporte');
      const cell = cellsOf(text).find((each) => AS_FORMULA.test(each) && !/^-?\d/.test(each));
      return cell === undefined ? undefined : JSON.stringify(cell);
    },
  },
  {
    clase,
    nombre: 'la misma Idempotency-Key por otra escritura de la ruta',
    async run(target) {
      const body = { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'P' };
      const headers = ['idempotency-key', randomBytes(8).toString('hex')];
      const send = (path: string) =>
        target.call('POST', `/logistica${path}`, { as: target.ana, body, headers });
      const first = worked(await send('/entregas'), 201);
      return firstOf(
        ['/entregas/', '/ENTREGAS', '/%65ntregas', '//entregas', '/entregas?', '/entregas/?'],
        async (path) => {
          const again = await send(path);
          return again.status === 201 && again.json.id !== first.json.id ? `${path} creó otra` : undefined;
        },
      );
    },
  },
  {
    clase,
    nombre: 'un salto de línea que se vuelve cabecera',
    run: (target) =>
      firstOf(
        [
          '/logistica/x%0d%0aset-cookie:%20a=b',
          '/logistica/docs%0d%0aset-cookie:a=b',
          '/logistica/entregas?cursor=%0d%0aset-cookie:a=b',
        ],
        async (path) => {
          const { headers } = await target.call('GET', path, { as: target.ana });
          return headers['set-cookie'] === undefined ? undefined : path;
        },
      ),
  },
];

/** A product that has been delivered: what the report lists. */
async function soldProduct(
  target: Target,
  product: { sku: string; nombre: string; stock: number },
): Promise<void> {
  const made = await target.call('POST', '/logistica/inventario', { as: target.admin, body: product });
  // A name that is refused reaches no report.
  if (made.status !== 201) return;
  const id = await target.newDelivery(target.ana, { items: [{ producto_id: made.json.id, cantidad: 1 }] });
  const body = await target.confirmation(target.ana, id);
  const answer = await target.call('POST', `/logistica/entrega/${id}/confirmar`, { as: target.ana, body });
  await target.endOf(worked(answer, 202).json.task_id);
}

/** The cells of RFC 4180, without their quotes. */
const cellsOf = (csv: string): string[] =>
  [...csv.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^,\r\n]*))/g)].map(([, quoted, bare]) =>
    (quoted ?? bare ?? '').replaceAll('""', '"'),
  );
