import { ApiError } from '@medisupply/api-client/api-client';
import type { Delivery, Experiment, Requirement, User } from './experiment.ts';
import { atRate, newDelivery, newUser, share, sign } from './experiment.ts';

interface Attempt {
  name: string;
  /** What is sent in the place of a good confirmation. */
  tamper: (
    delivery: Delivery,
    firma: string,
    other: { delivery: Delivery; firma: string },
  ) => { delivery: Delivery; firma: string };
}

/** Changes one character in the middle, keeping the alphabet. */
const flip = (text: string, at = Math.floor(text.length / 2)): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

const ATTEMPTS: readonly Attempt[] = [
  {
    name: 'dirección cambiada',
    tamper: (delivery, firma) => ({
      delivery: { ...delivery, direccion: `${delivery.direccion} bis` },
      firma,
    }),
  },
  {
    name: 'nombre cambiado',
    tamper: (delivery, firma) => ({ delivery: { ...delivery, nombre_recibe: 'Otra persona' }, firma }),
  },
  {
    name: 'firma dibujada cambiada',
    tamper: (delivery, firma) => ({ delivery: { ...delivery, firma_recibe: '<svg>otra</svg>' }, firma }),
  },
  {
    name: 'firma digital alterada',
    tamper: (delivery, firma) => ({ delivery, firma: flip(firma, firma.length - 20) }),
  },
  {
    name: 'cabecera de la firma alterada',
    tamper: (delivery, firma) => ({ delivery, firma: flip(firma, 30) }),
  },
  { name: 'firma de otra entrega', tamper: (delivery, _firma, other) => ({ delivery, firma: other.firma }) },
  { name: 'firma vacía', tamper: (delivery) => ({ delivery, firma: '' }) },
];

/** Whether tampered payloads and signatures are refused, all of them, and leave the delivery as it was. */
export const integridad: Experiment = async ({ base, n, rate }) => {
  const started = new Date();
  const user = await newUser(base);
  const stranger = await newUser(base);
  const results = await atRate(n, rate, async (index) => {
    const delivery = await newDelivery(user, `${user.nombre}-${index}`);
    const firma = await sign(user, delivery);
    const foreign = await newDelivery(user, `${user.nombre}-otra-${index}`);
    const other = { delivery: foreign, firma: await sign(user, foreign) };
    const refused: boolean[] = [];
    for (const attempt of ATTEMPTS) {
      const sent = attempt.tamper(delivery, firma, other);
      refused.push((await statusOf(user, delivery.entrega_id, sent.delivery, sent.firma)) === 403);
    }
    const byStranger = await statusOf(stranger, delivery.entrega_id, delivery, firma);
    const before = await user.api.call('logistica', 'GET /entrega/:id', {
      params: { id: delivery.entrega_id },
    });
    const valid = await statusOf(user, delivery.entrega_id, delivery, firma);
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

async function statusOf(user: User, id: number, delivery: Delivery, firma: string): Promise<number> {
  const { entrega_id: _, ...fields } = delivery;
  try {
    const answer = await user.api.call('logistica', 'POST /entrega/:id/confirmar', {
      params: { id },
      body: { ...fields, firma_payload: firma },
    });
    return answer.status;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}
