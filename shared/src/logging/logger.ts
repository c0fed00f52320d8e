import { AsyncLocalStorage } from 'node:async_hooks';
import pino from 'pino';
import type { Logger } from 'pino';
import { CAMPOS_PERSONALES } from '../contracts/vocabulary.ts';

export type { Logger } from 'pino';

/** What every line logged during a request or a job carries. */
export interface LogContext {
  request_id?: string;
  traceparent?: string;
  task_id?: string;
}

export const logContext = new AsyncLocalStorage<LogContext>();

const SENSITIVE = [
  ...CAMPOS_PERSONALES,
  'contrasena',
  'password',
  'token',
  'refresh_token',
  'authorization',
  'firma',
  'firma_payload',
  'mac',
  'cookie',
  'secret',
  'payload',
];

/** Bodies are never logged; this list is the second net. */
const REDACTED_PATHS = [
  ...SENSITIVE,
  ...SENSITIVE.map((name) => `*.${name}`),
  ...SENSITIVE.map((name) => `*.*.${name}`),
  '["i-api-key"]',
  '*["i-api-key"]',
  'req.headers',
  'headers',
  '*.headers',
];

/**
 * A pino logger that writes JSON lines to standard output (or readable ones with `format: 'pretty'`), with the
 * context of the current request or job in each line and personal data and secrets redacted.
 */
export function createLogger(
  name: string,
  options: { level?: string; format?: 'json' | 'pretty'; destination?: pino.DestinationStream } = {},
): Logger {
  const base: pino.LoggerOptions = {
    name,
    level: options.level ?? 'info',
    redact: { paths: REDACTED_PATHS, censor: '[oculto]' },
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    // A copy: pino adds what a line logs to what it gets here, and the next line of the request would tell it again.
    mixin: () => ({ ...logContext.getStore() }),
  };
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(base, options.format === 'pretty' ? readable(destination) : escaping(destination));
}

/**
 * What steers a terminal, ends a line or turns the direction of the text: C0, DEL, C1, the line and paragraph separators,
 * the bidirectional controls.
 */
// oxlint-disable-next-line no-control-regex -- they are what is escaped
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from outside stays within its line and within its value; `\u001b` shows what was there. */
const escaped = (text: string): string =>
  text.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** JSON escapes C0 alone. In a line of JSON the others stand in strings only, where the escape means the same. */
function escaping(destination: pino.DestinationStream): pino.DestinationStream {
  return { write: (line: string) => destination.write(`${escaped(line.trimEnd())}\n`) };
}

/** One line per entry, without a transport thread: `12:00:01 warn mensaje clave=valor`. */
function readable(destination: pino.DestinationStream): pino.DestinationStream {
  return {
    write(line: string) {
      const { time, level, name: _name, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const fields = Object.entries(rest)
        .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' ');
      const clock = String(time).slice(11, 19);
      const said = `${clock} ${String(level).padEnd(5)} ${typeof msg === 'string' ? msg : ''}${fields ? ` ${fields}` : ''}`;
      destination.write(`${escaped(said)}${stackOf(err)}\n`);
    },
  };
}

/** Indented, so that no line of a message looks like an entry of its own. */
function stackOf(err: unknown): string {
  if (!err || typeof err !== 'object' || !('stack' in err)) return '';
  return String(err.stack)
    .split('\n')
    .map((line) => `\n  ${escaped(line)}`)
    .join('');
}
