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
  if (options.destination) return pino(base, options.destination);
  return pino(
    base,
    options.format === 'pretty' ? readableDestination() : pino.destination({ fd: 1, sync: true }),
  );
}

/** One line per entry, without a transport thread: `12:00:01 warn mensaje clave=valor`. */
function readableDestination(): pino.DestinationStream {
  return {
    write(line: string) {
      const { time, level, name: _name, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const fields = Object.entries(rest)
        .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' ');
      const stack = err && typeof err === 'object' && 'stack' in err ? `\n${String(err.stack)}` : '';
      const clock = String(time).slice(11, 19);
      process.stdout.write(
        `${clock} ${String(level).padEnd(5)} ${typeof msg === 'string' ? msg : ''}${fields ? ` ${fields}` : ''}${stack}\n`,
      );
    },
  };
}
