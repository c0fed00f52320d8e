import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import type { Experiment, Requirement } from './experiment.ts';
import { atRate, newDelivery, newUser, share, sign } from './experiment.ts';

/** The original's requirement: a confirmation is processed within 2 s. */
const LIMIT_MS = 2_000;
/** How long an accepted confirmation may take in the end, all its retries included. */
const PATIENCE_MS = 120_000;

interface Sample {
  /** From sending the confirmation to its answer. */
  answered: number;
  /** From the request to ENTREGADA, by the platform's own clock; undefined when it never came. */
  applied: number | undefined;
  retries: number;
}

/** How long the platform takes to answer a confirmation and to apply it, with whatever faults are switched on. */
export const disponibilidad: Experiment = async ({ base, n, rate }) => {
  const started = new Date();
  const user = await newUser(base);
  const { data: estado } = await user.api.call('monitor', 'GET /status');
  const deliveries = await Promise.all(
    Array.from({ length: n }, async (_, index) => {
      const delivery = await newDelivery(user, `${user.nombre}-${index}`);
      return { delivery, firma: await sign(user, delivery) };
    }),
  );

  const samples = await atRate(n, rate, async (index): Promise<Sample> => {
    const { delivery, firma } = deliveries[index]!;
    const { entrega_id, ...fields } = delivery;
    const sent = performance.now();
    const { data } = await user.api.call('logistica', 'POST /entrega/:id/confirmar', {
      params: { id: entrega_id },
      body: { ...fields, firma_payload: firma },
    });
    return { answered: performance.now() - sent, ...(await follow(data.task_id)) };
  });

  async function follow(taskId: string): Promise<Pick<Sample, 'applied' | 'retries'>> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { data } = await user.api.call('logistica', 'GET /tarea/:task_id', {
        params: { task_id: taskId },
      });
      const momentOf = (tipo: string) =>
        Date.parse(data.historial.find((step) => step.tipo === tipo)?.momento ?? '');
      if (data.successful)
        return { applied: momentOf('aplicada') - momentOf('recibida'), retries: data.retry_count };
      if (data.ready || Date.now() > deadline) return { applied: undefined, retries: data.retry_count };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const answered = samples.map((sample) => sample.answered);
  const applied = samples.flatMap((sample) => sample.applied ?? []);
  const smooth = samples.filter((sample) => sample.retries === 0).flatMap((sample) => sample.applied ?? []);
  const within = (values: readonly number[]) => values.filter((value) => value <= LIMIT_MS).length;
  const requirements: Requirement[] = [
    {
      name: 'Nada aceptado se pierde',
      expected: 'toda confirmación aceptada termina ENTREGADA',
      measured: share(applied.length, n),
      met: applied.length === n,
    },
    {
      name: 'Se responde a tiempo',
      expected: `cada respuesta en ≤ ${LIMIT_MS} ms`,
      measured: `${share(within(answered), n)}; p99 ${Math.round(percentilesOf(answered)(0.99) ?? 0)} ms`,
      met: within(answered) === n,
    },
    {
      name: 'Se procesa a tiempo',
      expected: `el 99 % de las que no necesitaron reintento, aplicado en ≤ ${LIMIT_MS} ms`,
      measured: `${share(within(smooth), smooth.length)}; p99 ${Math.round(percentilesOf(smooth)(0.99) ?? 0)} ms`,
      met: smooth.length > 0 && within(smooth) >= smooth.length * 0.99,
    },
  ];
  return {
    experiment: 'disponibilidad',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1_000,
    conditions: {
      confirmaciones: n,
      por_segundo: rate,
      fallas_inyectadas: JSON.stringify(estado.fallas_inyectadas),
      con_reintento: samples.filter((sample) => sample.retries > 0).length,
    },
    requirements,
    series: [
      { name: 'Respuesta a la confirmación (ms)', values: answered, limit: LIMIT_MS },
      { name: 'De la solicitud a ENTREGADA (ms)', values: applied, limit: LIMIT_MS },
    ],
    notes: [],
  };
};
