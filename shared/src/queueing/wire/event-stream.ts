/**
 * The Redis stream of what happened, from the table `evento` to whoever watches. The table is the truth: the stream
 * holds its newest rows under the rows' own ids, and can be thrown away at any time.
 */
import { z } from 'zod';
import { redisKey } from '../../redis/keys.ts';
import { isMacOf, macOf } from '../../security/mac.ts';
import { EVENTO_TIPOS, TASK_STATUSES } from '../../contracts/vocabulary.ts';

export const EVENT_STREAM = redisKey('eventos');
/** About so many of the newest events are kept. */
export const EVENT_STREAM_LENGTH = 10_000;
/** The fields of an entry: its value as JSON, and the MAC that ties it to the entry's id. */
export const EVENT_FIELD = 'e';
const MAC_FIELD = 'm';

const nullableId = z.int().nullable();

/** What an entry holds. `creada_por` and `viewers` say who may see it, as it was when the event was relayed. */
export const relayedEvento = z.object({
  tipo: z.enum(EVENTO_TIPOS),
  /** ms UTC */
  momento: z.int(),
  task_id: z.string().nullable(),
  /** Full name and state of the task, when the event was relayed. */
  tarea: z.string().nullable(),
  estado: z.enum(TASK_STATUSES).nullable(),
  creada_por: z.string().nullable(),
  entrega_id: nullableId,
  viewers: z
    .object({ creador_id: nullableId, asignada_a: nullableId, confirmada_por: nullableId })
    .nullable(),
  /** Without personal data. */
  datos: z.record(z.string(), z.unknown()).nullable(),
});

export type RelayedEvento = z.output<typeof relayedEvento>;

/** Row 7 of `evento` is entry `7-0`. */
export const entryIdOf = (eventoId: number): string => `${eventoId}-0`;

export const eventoIdOf = (entryId: string): number => Number(entryId.split('-', 1)[0]);

const signedText = (entryId: string, json: string): string => `evento ${entryId} ${json}`;

/** The fields of an entry. Those who relay events and those who show them have the key. */
export function fieldsOf(
  entryId: string,
  evento: RelayedEvento,
  liveKey: string,
): [string, string, string, string] {
  const json = JSON.stringify(evento);
  return [EVENT_FIELD, json, MAC_FIELD, macOf(liveKey, signedText(entryId, json))];
}

/** The event of an entry; undefined when somebody else wrote it. */
export function openEntry(
  entryId: string,
  fields: readonly string[],
  liveKey: string,
): RelayedEvento | undefined {
  const valueOf = (name: string) => fields[fields.findIndex((field, i) => i % 2 === 0 && field === name) + 1];
  const json = valueOf(EVENT_FIELD) ?? '';
  if (!isMacOf(valueOf(MAC_FIELD), liveKey, signedText(entryId, json))) return undefined;
  return relayedEvento.safeParse(JSON.parse(json)).data;
}
