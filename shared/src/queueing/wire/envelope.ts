import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalBytes } from '../../security/canonical-json.ts';

/** What a job carries: exactly what is executed, authenticated. Never personal data in clear. */
export interface Envelope {
  v: 1;
  queue: string;
  name: string;
  task_id: string;
  /** Attempt number, from 0. */
  intento: number;
  params: Record<string, unknown>;
  /** HMAC-SHA-256, base64url, over the JCS of the members above. */
  mac: string;
  request_id?: string;
  traceparent?: string;
}

export type UnsignedEnvelope = Omit<Envelope, 'mac'>;

export function signEnvelope(envelope: UnsignedEnvelope, key: string): Envelope {
  return { ...envelope, mac: macOf(envelope, key).toString('base64url') };
}

/** The envelope if `data`, as found in `queue` under `name`, is genuine; otherwise undefined. */
export function verifyEnvelope(
  data: unknown,
  job: { queue: string; name: string },
  key: string,
): Envelope | undefined {
  if (!isEnvelope(data) || data.queue !== job.queue || data.name !== job.name) return undefined;
  const given = Buffer.from(data.mac, 'base64url');
  let expected: Buffer;
  try {
    expected = macOf(data, key);
  } catch {
    return undefined;
  }
  return given.length === expected.length && timingSafeEqual(given, expected) ? data : undefined;
}

/** The job id stays out of it: its `gen` changes when a message is sent again. */
function macOf({ v, queue, name, task_id, intento, params }: UnsignedEnvelope, key: string): Buffer {
  return createHmac('sha256', key)
    .update(canonicalBytes({ v, queue, name, task_id, intento, params }))
    .digest();
}

function isEnvelope(data: unknown): data is Envelope {
  if (typeof data !== 'object' || data === null) return false;
  const e = data as Partial<Envelope>;
  return (
    e.v === 1 &&
    typeof e.queue === 'string' &&
    typeof e.name === 'string' &&
    typeof e.task_id === 'string' &&
    Number.isInteger(e.intento) &&
    typeof e.params === 'object' &&
    e.params !== null &&
    typeof e.mac === 'string'
  );
}
