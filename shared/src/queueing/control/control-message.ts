import { z } from 'zod';
import { canonicalBytes } from '../../security/canonical-json.ts';
import { isMacOf, macOf } from '../../security/mac.ts';

/** Longer messages are not looked at (characters). */
const MAX_LENGTH = 1_000_000;

const mac = z.string().length(43);

export const controlRequest = z.strictObject({
  v: z.literal(1),
  kind: z.literal('request'),
  /** Random; a worker takes each one once. */
  id: z.uuid(),
  command: z.string().max(64),
  args: z.record(z.string(), z.json()),
  /** The id of the worker that it is for; null: all of them. */
  worker: z.string().max(200).nullable(),
  /** When it was issued by Redis's clock (ms UTC): hosts may disagree about the time. */
  issued: z.int(),
  mac,
});

export const controlReply = z.strictObject({
  v: z.literal(1),
  kind: z.literal('reply'),
  /** The id of the request. */
  request: z.uuid(),
  worker: z.string().max(200),
  outcome: z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), result: z.json() }),
    z.strictObject({ ok: z.literal(false), error: z.string() }),
  ]),
  mac,
});

export type ControlRequest = z.output<typeof controlRequest>;
export type ControlReply = z.output<typeof controlReply>;
type Message = ControlRequest | ControlReply;

/** The message as it travels, with its HMAC-SHA-256 (base64url) over the JCS of all its members. */
export function signMessage<M extends Message>(message: Omit<M, 'mac'>, key: string): string {
  return JSON.stringify({ ...message, mac: macOf(key, canonicalBytes(message)) });
}

/** The message if `text` is one of the schema's form and genuine; otherwise undefined. */
export function verifyMessage<S extends typeof controlRequest | typeof controlReply>(
  text: string,
  schema: S,
  key: string,
): z.output<S> | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    const { mac: given, ...message } = schema.parse(JSON.parse(text));
    if (!isMacOf(given, key, canonicalBytes(message))) return undefined;
    return { ...message, mac: given } as z.output<S>;
  } catch {
    return undefined;
  }
}
