import { ApiError } from '@medisupply/api-client/api-client';
import type { Confirmation } from '@medisupply/api-client/forgeries';
import { FORGERIES } from '@medisupply/api-client/forgeries';
import type { Experiment, Requirement, User } from './experiment.ts';
import { atRate, newDelivery, newUser, share, sign } from './experiment.ts';

const ATTEMPTS = [
  { name: 'dirección cambiada', forge: FORGERIES.direccion },
  { name: 'nombre cambiado', forge: FORGERIES.nombre },
  { name: 'firma dibujada cambiada', forge: FORGERIES.dibujo },
  { name: 'firma digital alterada', forge: FORGERIES.firma },
  { name: 'cabecera de la firma alterada', forge: FORGERIES.cabecera },
  { name: 'firma de otra entrega', forge: FORGERIES.ajena },
  { name: 'firma vacía', forge: FORGERIES.vacia },
] as const;

/** Whether tampered payloads and signatures are refused, all of them, and leave the delivery as it was. */
export const integridad: Experiment = async ({ base, n, rate }) => {
  const started = new Date();
  const user = await newUser(base);
  const stranger = await newUser(base);
  const results = await atRate(n, rate, async (index) => {
    const { id, good } = await newConfirmation(user, `${user.nombre}-${index}`);
    const other = await newConfirmation(user, `${user.nombre}-otra-${index}`);
    const refused: boolean[] = [];
    for (const { forge } of ATTEMPTS)
      refused.push((await statusOf(user, id, forge(good, other.good))) === 403);
    const byStranger = await statusOf(stranger, id, good);
    const before = await user.api.call('logistica', 'GET /entrega/:id', { params: { id } });
    const valid = await statusOf(user, id, good);
    return {
      refused,
      strangerRefused: byStranger === 403 || byStranger === 404,
      untouched: before.data.estado === 'EN_CAMINO',
      accepted: valid === 202,
    };
  });

  const count = (holds: (result: (typeof results)[number]) => boolean | undefined) =>
    results.filter(holds).length;
  const requirement = (name: string, expected: string, measured: number): Requirement => ({
    name,
    expected,
    measured: share(measured, n),
    met: measured === n,
  });
  return {
    experiment: 'integridad',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1_000,
    conditions: { entregas: n, por_segundo: rate, alteraciones_por_entrega: ATTEMPTS.length + 1 },
    requirements: [
      ...ATTEMPTS.map((attempt, at) =>
        requirement(
          attempt.name,
          '403 siempre',
          count((result) => result.refused[at]),
        ),
      ),
      requirement(
        'firma usada por otro usuario',
        '403 o 404 siempre',
        count((result) => result.strangerRefused),
      ),
      requirement(
        'lo rechazado no cambia nada',
        'la entrega sigue EN_CAMINO',
        count((result) => result.untouched),
      ),
      requirement(
        'la confirmación auténtica',
        '202 siempre',
        count((result) => result.accepted),
      ),
    ],
    series: [],
    notes: [],
  };
};

async function newConfirmation(user: User, label: string): Promise<{ id: number; good: Confirmation }> {
  const delivery = await newDelivery(user, label);
  const { entrega_id: id, ...fields } = delivery;
  return { id, good: { ...fields, firma_payload: await sign(user, delivery) } };
}

async function statusOf(user: User, id: number, body: Confirmation): Promise<number> {
  try {
    return (await user.api.call('logistica', 'POST /entrega/:id/confirmar', { params: { id }, body })).status;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}
