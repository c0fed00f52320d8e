/** Confirms at a fixed rate while faults strike, and compares what was acknowledged with the database afterwards. */
import { until } from '@medisupply/shared/testing/until';
import type { Stored, Told } from '../../testing/checker.ts';
import { flawOf, storedDeliveries } from '../../testing/checker.ts';
import type { Courier, CourierOptions, Prepared } from '../../testing/courier.ts';
import { createCourier, inTurn } from '../../testing/courier.ts';
import { atRate } from '../experiment.ts';
import type { Fault } from './plan.ts';
import { strike } from './strike.ts';
import type { Subject } from './subject.ts';

export interface Load {
  rate: number;
  plan: readonly Fault[];
  /** How long what was accepted gets to be applied after the last confirmation (ms). */
  patience: number;
}

/** A fault that struck; all times are ms UTC. */
export interface Struck {
  kind: string;
  began: number;
  ended: number;
  /** From its end until the first confirmation was applied that was sent after its beginning (ms). */
  recovery: number | undefined;
  lost: number;
  twice: number;
}

export interface Endured {
  faults: Struck[];
  acknowledged: number;
  unanswered: number;
  /** Requests that the client sent again. */
  repeated: number;
  lost: number;
  twice: number;
  wrong: number;
  /** ENTREGADA, and never sent. */
  unsent: number;
  otherTasks: number;
  /** From sending to the acknowledgement, repetitions included (ms). */
  answered: number[];
  /** What the stock and its reservations are away from what was applied. */
  stockOff: number;
  integrity: string;
}

interface Sent {
  told: Told;
  sent: number;
  acknowledged: number | undefined;
}

/** A client that hears nothing for so long asks again (ms): shorter than a pause. */
const TIMEOUT_MS = 1_500;
const IN_FLIGHT = 16;
/** What each delivery carries. */
const UNITS = 1;

/** A client with its deliveries, created and signed. */
export interface Ready {
  subject: Subject;
  courier: Courier;
  prepared: Prepared[];
  client: CourierOptions;
}

export async function prepare(subject: Subject, n: number): Promise<Ready> {
  const client: CourierOptions = { producto_id: subject.producto_id };
  const courier = await createCourier(subject.base, 'resistencia', client);
  const prepared = await inTurn(n, IN_FLIGHT, (index) => courier.prepare(`resistencia-${index}`));
  courier.failures = [];
  client.timeout = TIMEOUT_MS;
  return { subject, courier, prepared, client };
}

export async function endure(
  { subject, courier, prepared, client }: Ready,
  { rate, plan, patience }: Load,
): Promise<Endured> {
  const began = Date.now();
  const struck: Pick<Struck, 'kind' | 'began' | 'ended'>[] = [];
  const strikeAll = async () => {
    for (const fault of plan) {
      await new Promise((resolve) => setTimeout(resolve, began + fault.at - Date.now()));
      client.losesAnswers = fault.kind.does === 'lose answers';
      const since = Date.now();
      await strike(fault, subject).finally(() => (client.losesAnswers = false));
      struck.push({ kind: fault.kind.name, began: since, ended: Date.now() });
    }
  };
  const [sent] = await Promise.all([
    atRate(prepared.length, rate, async (index): Promise<Sent> => {
      const { delivery } = prepared[index]!;
      const at = Date.now();
      try {
        const told = await courier.confirm(prepared[index]!);
        return { told, sent: at, acknowledged: Date.now() };
      } catch {
        return { told: delivery, sent: at, acknowledged: undefined };
      }
    }),
    strikeAll(),
  ]);
  await until(async () => (await subject.waiting()) === 0, patience).catch(() => undefined);

  const stored = await storedDeliveries(subject.database.rows, subject.open);
  return {
    ...verdictOn(sent, struck, stored),
    repeated: courier.failures.length,
    otherTasks: courier.otherTasks.length,
    stockOff: await stockOff(subject, stored),
    integrity: await subject.database.integrity(),
  };
}

function verdictOn(
  sent: readonly Sent[],
  struck: readonly Pick<Struck, 'kind' | 'began' | 'ended'>[],
  stored: ReadonlyMap<number, Stored>,
) {
  const faults = struck.map((fault): Struck => {
    const applied = sent
      .filter((each) => each.sent >= fault.began)
      .flatMap(({ told }) => stored.get(told.entrega_id)?.aplicada ?? [])
      .filter((moment) => moment >= fault.ended);
    const recovery = applied.length === 0 ? undefined : Math.min(...applied) - fault.ended;
    return { ...fault, recovery, lost: 0, twice: 0 };
  });
  const count = { lost: 0, twice: 0, wrong: 0 };
  for (const { told, sent: at, acknowledged } of sent) {
    const flaw = flawOf(told, stored.get(told.entrega_id), UNITS);
    if (flaw === undefined) continue;
    count[flaw] += 1;
    const fault = faults.findLast(({ began }) => began <= (acknowledged ?? at));
    if (fault && flaw !== 'wrong') fault[flaw] += 1;
  }
  const known = new Set(sent.map(({ told }) => told.entrega_id));
  const answered = sent.flatMap(({ sent: at, acknowledged }) =>
    acknowledged === undefined ? [] : acknowledged - at,
  );
  return {
    ...count,
    faults,
    acknowledged: answered.length,
    unanswered: sent.length - answered.length,
    unsent: [...stored.values()].filter(({ id, estado }) => estado === 'ENTREGADA' && !known.has(id)).length,
    answered,
  };
}

async function stockOff(subject: Subject, stored: ReadonlyMap<number, Stored>): Promise<number> {
  const delivered = [...stored.values()].filter(({ estado }) => estado === 'ENTREGADA').length;
  const [row] = await subject.database.rows<{ stock: number; reservado: number }>(
    `select stock, reservado from producto where id = ${subject.producto_id}`,
  );
  const { stock, reservado } = row!;
  return Math.abs(subject.stock - delivered - stock) + Math.abs(stored.size - delivered - reservado);
}
