import { canonicalBytes } from '../../security/canonical-json.ts';
import { isMacOf, macOf } from '../../security/mac.ts';

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
  return { ...envelope, mac: macOf(key, signedBytes(envelope)) };
}

/** The envelope if `data`, as found in `queue` under `name`, is genuine; otherwise undefined. */
export function verifyEnvelope(
  data: unknown,
  job: { queue: string; name: string },
  key: string,
): Envelope | undefined {
  if (!isEnvelope(data) || data.queue !== job.queue || data.name !== job.name) return undefined;
  try {
    return isMacOf(data.mac, key, signedBytes(data)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** The job id stays out of it: its `gen` changes when a message is sent again. */
const signedBytes = ({ v, queue, name, task_id, intento, params }: UnsignedEnvelope): Buffer =>
  canonicalBytes({ v, queue, name, task_id, intento, params });

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
