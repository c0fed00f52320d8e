import { availableParallelism, loadavg } from 'node:os';
import { UserError } from '../terminal/user-error.ts';
import type { Experiment, Outcome, Requirement } from './experiment.ts';
import { share } from './experiment.ts';
import { startControl } from './resistencia/control/control.ts';
import type { Endured } from './resistencia/endure.ts';
import { endure, prepare } from './resistencia/endure.ts';
import type { Fault } from './resistencia/plan.ts';
import { kindsOn, planOf, SLOT } from './resistencia/plan.ts';
import { startPlatform } from './resistencia/subject.ts';
import type { Subject } from './resistencia/subject.ts';

/** The client's session lasts a little longer (s). */
const LONGEST = 600;
/** The control forgets what it was told, and never stops waiting for it. */
const PATIENCE = { platform: 120_000, control: 45_000 };

/** Whether anything acknowledged is lost or applied twice when parts die, stand still, are cut off and starve. */
export const resistencia: Experiment = async ({ n, rate, seed, faults, postgres }) => {
  const seconds = n / rate;
  if (seconds * 1_000 < SLOT || seconds > LONGEST)
    throw new UserError(
      `--n entre --tasa debe ser de ${SLOT / 1_000} a ${LONGEST} s, no ${seconds.toFixed(0)}`,
    );
  const kinds = kindsOn(postgres).map(({ name }) => name);
  const names = faults ?? kinds;
  const unknown = names.filter((name) => !kinds.includes(name));
  if (unknown.length > 0)
    throw new UserError(`No hay una falla ${unknown.join(', ')}; hay ${kinds.join(', ')}`);
  const started = new Date();
  const load = loadavg()[0]!.toFixed(1);
  const plan = planOf(seed, seconds, names);
  const [platform, control] = await sideBySide(n, rate, plan, postgres);
  return {
    experiment: 'resistencia',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1_000,
    conditions: {
      confirmaciones: n,
      por_segundo: rate,
      semilla: seed,
      fallas: plan.length,
      base_de_datos: postgres ? 'PostgreSQL' : 'SQLite',
      núcleos: availableParallelism(),
      carga_antes: load,
      solicitudes_repetidas: platform.repeated,
    },
    requirements: requirementsOf(platform, control, n),
    table: tableOf(names, platform, control),
    series: [
      { name: 'Hasta que se acepta, con repeticiones (ms)', values: platform.answered },
      {
        name: 'Del fin de la falla a la primera aplicada (ms)',
        values: platform.faults.flatMap(({ recovery }) => recovery ?? []),
      },
    ],
    notes: [],
  };
};

/** Both at once: the same faults at the same moments, on the same machine. */
async function sideBySide(
  n: number,
  rate: number,
  plan: readonly Fault[],
  postgres: boolean,
): Promise<[Endured, Endured]> {
  const subjects: Subject[] = [];
  const close = () => Promise.all(subjects.splice(0).map((subject) => subject.close()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().finally(() => process.exit(130)));
  const start = async (subject: Promise<Subject>) => {
    subjects.push(await subject);
    return prepare(subjects.at(-1)!, n);
  };
  try {
    // A creation that is repeated on a busy machine is another delivery, and reserves as well.
    const stock = 2 * n;
    const platform = await start(startPlatform(stock, postgres));
    const control = await start(startControl(stock));
    return await Promise.all([
      endure(platform, { rate, plan, patience: PATIENCE.platform }),
      endure(control, {
        rate,
        // It has neither.
        plan: plan.filter(({ kind }) => kind.part !== 'autorizador' && kind.part !== 'postgres'),
        patience: PATIENCE.control,
      }),
    ]);
  } finally {
    await close();
  }
}

export function requirementsOf(platform: Endured, control: Endured, n: number): Requirement[] {
  const none = (name: string, expected: string, count: number, what: string): Requirement => ({
    name,
    expected,
    measured: `${count} ${what}`,
    met: count === 0,
  });
  return [
    {
      name: 'Todo se acepta',
      expected: 'cada confirmación recibe 202, si hace falta repetida',
      measured: share(platform.acknowledged, n),
      met: platform.acknowledged === n,
    },
    none('Nada aceptado se pierde', 'cada 202 termina ENTREGADA', platform.lost, 'perdidas'),
    none(
      'Nada se aplica dos veces',
      'una vez en historial, confirmaciones, eventos y existencias',
      platform.twice,
      'dos veces',
    ),
    none(
      'Se aplica lo confirmado',
      'con sus datos y por su tarea; lo demás, sin rastro',
      platform.wrong,
      'distintas',
    ),
    none('Nada se aplica sin enviarse', 'ninguna ENTREGADA de más', platform.unsent, 'de más'),
    none('Repetir da la misma tarea', 'el mismo task_id', platform.otherTasks, 'con otra tarea'),
    none(
      'Las existencias cuadran',
      'existencias y reservas = lo entregado',
      platform.stockOff,
      'unidades de diferencia',
    ),
    {
      name: 'La base de datos está íntegra',
      expected: 'ok',
      measured: platform.integrity,
      met: platform.integrity === 'ok',
    },
    {
      name: 'El control falla',
      expected: 'sin bandeja de salida ni idempotencia pierde o aplica dos veces, o nada de esto prueba nada',
      measured: `${control.lost} perdidas, ${control.twice} dos veces de ${control.acknowledged} aceptadas`,
      met: control.lost + control.twice > 0,
    },
  ];
}

function tableOf(
  names: readonly string[],
  platform: Endured,
  control: Endured,
): NonNullable<Outcome['table']> {
  const of = (name: string, { faults }: Endured) => faults.filter(({ kind }) => kind === name);
  const sum = (faults: Endured['faults'], flaw: 'lost' | 'twice') =>
    faults.reduce((all, each) => all + each[flaw], 0);
  const rows = names.map((name) => {
    const here = of(name, platform);
    const there = of(name, control);
    const recoveries = here.flatMap(({ recovery }) => recovery ?? []);
    return [
      name,
      here.length,
      recoveries.length === 0
        ? '—'
        : Math.round(recoveries.reduce((all, ms) => all + ms, 0) / recoveries.length),
      recoveries.length === 0 ? '—' : Math.max(...recoveries),
      ...[here, there].flatMap((faults) => [sum(faults, 'lost'), sum(faults, 'twice')]),
    ];
  });
  return {
    columns: [
      'falla',
      'veces',
      'recuperación media (ms)',
      'la peor',
      'perdidas',
      'dos veces',
      'control: perdidas',
      'control: dos veces',
    ],
    rows: [
      ...rows,
      ['total', platform.faults.length, '', '', platform.lost, platform.twice, control.lost, control.twice],
    ],
  };
}
