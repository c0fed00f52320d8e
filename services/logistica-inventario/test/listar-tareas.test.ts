/** The list of tasks holds what a user may see, also after the people of a delivery have changed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { puedeVerTarea } from '@medisupply/shared/contracts/visibilidad';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { UserCaller } from '@medisupply/shared/http/caller';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { rechazarConfirmacion } from '../src/entregas/aplicar-confirmacion.ts';
import { findConfirmacion } from '../src/entregas/confirmaciones.repository.ts';
import { listTareas } from '../src/tareas/tareas.repository.ts';
import { call, createEntrega, signedBody } from './support.ts';

const [CREATOR, COURIER, OTHER, STRANGER] = [7, 8, 9, 10] as const;

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
});

afterAll(() => platform.close());

const confirmBy = async (id: number, user: number): Promise<string> => {
  const as = platform.token({ id: user });
  const body = await signedBody(platform, id, user);
  const answer = await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body });
  expect(answer.status).toBe(202);
  return answer.body.task_id as string;
};

const refuse = (taskId: string): Promise<void> =>
  platform.logistica.container.database.unitOfWork.write(async (tx) => {
    const confirmacion = await findConfirmacion(tx, taskId);
    await rechazarConfirmacion(tx, confirmacion!, 'Firma no válida', Date.now());
  });

const courier = (what: 'tomar' | 'soltar', id: number, user: number) =>
  call(platform, 'POST', `/entregas/${id}/${what}`, {
    as: platform.token({ id: user, roles: ['Mensajero'] }),
  });

const viewer = (usuario_id: number, roles: Rol[]): UserCaller => ({
  kind: 'user',
  usuario_id,
  nombre: 'ana',
  roles,
  token_version: 1,
  jti: 'x',
  exp: 0,
});

async function expectTrueLists(): Promise<void> {
  const { read } = platform.logistica.container.database;
  const tareas = await read.selectFrom('tarea').selectAll().orderBy('seq', 'desc').execute();
  const entregas = await read.selectFrom('entrega').selectAll().execute();
  for (const user of [CREATOR, COURIER, OTHER, STRANGER])
    for (const roles of [['usuario'], ['Mensajero'], ['Despacho']] satisfies Rol[][])
      for (const estado of [undefined, 'PENDING', 'SUCCESS', 'FAILURE'] as const)
        for (const tipo of [undefined, 'logistica.procesar_entrega', 'monitor.ping_logistica']) {
          const caller = viewer(user, roles);
          const visible = tareas.filter(
            (tarea) =>
              (estado === undefined || tarea.estado === estado) &&
              (tipo === undefined || tarea.tipo === tipo) &&
              puedeVerTarea(tarea, entregas.find(({ id }) => id === tarea.entrega_id) ?? null, caller),
          );
          const filter = { viewer: caller, before: undefined, estado, tipo, limit: 200 };
          const listed = await listTareas(read, filter);
          expect(
            listed.map(({ task_id }) => task_id),
            `${user} ${roles.join()} ${estado} ${tipo}`,
          ).toEqual(visible.map(({ task_id }) => task_id));
        }
}

test('when a delivery was refused, given to others and confirmed again, then each list holds what its user may see', async () => {
  const open = await createEntrega(platform, CREATOR);
  await refuse(await confirmBy(open, CREATOR));
  const claimed = await createEntrega(platform, CREATOR);
  await refuse(await confirmBy(claimed, CREATOR));
  const again = await createEntrega(platform, CREATOR, { asignada_a: COURIER });
  await refuse(await confirmBy(again, COURIER));
  for (const as of [OTHER, STRANGER].map((id) => platform.token({ id, roles: ['System'] })))
    await call(platform, 'POST', '/tareas', { as, body: { tipo: 'ping_logistica' } });
  await expectTrueLists();

  expect((await courier('tomar', claimed, OTHER)).status).toBe(200);
  for (const id of [again, open]) await confirmBy(id, CREATOR);
  await expectTrueLists();

  expect((await courier('soltar', claimed, OTHER)).status).toBe(200);
  expect((await courier('tomar', claimed, STRANGER)).status).toBe(200);
  await refuse(await confirmBy(claimed, STRANGER));
  await confirmBy(claimed, STRANGER);
  await expectTrueLists();
});
