/** The command line that `inspect` and `control` share: options, exit codes, output. */
import { parseArgs } from 'node:util';
import { ConfigError } from '@medisupply/shared/config/load-config';
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import type { ControlAnswers, ControlClient } from '@medisupply/shared/queueing/control/control-client';
import { UnknownWorkerError } from '@medisupply/shared/queueing/control/control-client';
import type { ControlCommand } from '@medisupply/shared/queueing/control/control-commands';
import { connectOperator, OperatorError } from './connection.ts';
import { table } from './table.ts';

/** 0 done · 1 nobody answered, or it was refused · 2 the command line is wrong */
export type ExitCode = 0 | 1 | 2;

export interface Terminal {
  env: NodeJS.ProcessEnv;
  out: (text: string) => void;
  err: (text: string) => void;
}

/** The command line is wrong; the message says what. */
export class UsageError extends Error {}

export interface CommandLine {
  positionals: string[];
  worker: string | undefined;
  queue: QueueName | undefined;
}

/** What a command found out: as JSON, as text, and whether it went well. */
export interface Outcome {
  json: Record<string, unknown>;
  text: string;
  /** Told on standard error in either form. */
  warnings?: string[];
  exitCode: ExitCode;
}

export interface Command {
  /** `<n>`-style names of the positionals after the command. */
  positionals?: readonly string[];
  options?: readonly ('worker' | 'queue')[];
  /** Checked before anything is connected. @throws UsageError */
  prepare: (line: CommandLine) => (client: ControlClient) => Promise<Outcome>;
}

export interface Program {
  name: 'inspect' | 'control';
  help: string;
  commands: Readonly<Record<string, Command>>;
}

/** Runs one command. Never throws: what went wrong is told on standard error. */
export async function runProgram(
  program: Program,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    return await parseAndRun(program, args, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`${error.message}\nAyuda: npm run ${program.name} -- --help`);
      return 2;
    }
    const known = [OperatorError, ConfigError, UnknownWorkerError].some((kind) => error instanceof kind);
    terminal.err(error instanceof Error ? (known ? error.message : String(error.stack)) : String(error));
    return 1;
  }
}

async function parseAndRun(
  { name, help, commands }: Program,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const { values, positionals } = parse(args);
  if (values.help) {
    terminal.out(help);
    return 0;
  }
  const [commandName, ...rest] = positionals;
  if (commandName === undefined) throw new UsageError(`Falta la orden: ${Object.keys(commands).join(', ')}`);
  const command = Object.hasOwn(commands, commandName) ? commands[commandName] : undefined;
  if (!command) {
    throw new UsageError(
      `npm run ${name} no conoce la orden ${commandName}; use ${Object.keys(commands).join(', ')}`,
    );
  }
  const wanted = command.positionals ?? [];
  if (rest.length < wanted.length)
    throw new UsageError(`${commandName}: falta ${wanted.slice(rest.length).join(' ')}`);
  if (rest.length > wanted.length)
    throw new UsageError(`${commandName}: sobra ${rest.slice(wanted.length).join(' ')}`);
  for (const option of ['worker', 'queue'] as const) {
    if (values[option] !== undefined && !command.options?.includes(option))
      throw new UsageError(`${commandName} no admite --${option}`);
  }
  const run = command.prepare({
    positionals: rest,
    worker: values.worker,
    queue: values.queue === undefined ? undefined : queueName(values.queue),
  });

  const client = await connectOperator(terminal.env);
  try {
    const outcome = await run(client).catch((error: unknown) => {
      if (error instanceof UnknownWorkerError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new OperatorError(`Redis dejó de responder (${reason})`, { cause: error });
    });
    terminal.out(
      values.json ? JSON.stringify({ command: commandName, ...outcome.json }, null, 2) : outcome.text,
    );
    for (const warning of outcome.warnings ?? []) terminal.err(warning);
    return outcome.exitCode;
  } finally {
    await client.close();
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        worker: { type: 'string' },
        queue: { type: 'string' },
      },
    });
  } catch (error) {
    const option = /'(-[^' ]*)/.exec(error instanceof Error ? error.message : '')?.[1] ?? args.join(' ');
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new UsageError(
      code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'
        ? `${option} va ${/worker|queue/.test(option) ? 'con un valor' : 'sin valor'}`
        : `No hay ninguna opción ${option}`,
      { cause: error },
    );
  }
}

/** @throws UsageError */
export function queueName(value: string): QueueName {
  const queue = QUEUES.find((name) => name === value);
  if (!queue) throw new UsageError(`No hay ninguna cola ${value}; las hay: ${QUEUES.join(', ')}`);
  return queue;
}

/** What workers said, one row or more each, and who said nothing. `all`: a silent one is a failure, too. */
export function outcomeOf<C extends ControlCommand>(
  answers: ControlAnswers<C>,
  headers: readonly string[],
  rowsOf: (reply: { worker: string; ms: number; result: ControlAnswersResult<C> }) => (string | number)[][],
  options: { all?: boolean; empty?: string } = {},
): Outcome {
  const rows: (string | number)[][] = [];
  const failures: string[] = [];
  for (const { worker, ms, outcome } of answers.replies) {
    if (outcome.ok)
      rows.push(...rowsOf({ worker, ms, result: outcome.result }).map((row) => [worker, ...row]));
    else failures.push(`${worker}: ${outcome.error}`);
  }
  const answered = answers.replies.length > failures.length;
  const failed = !answered || (options.all === true && (failures.length > 0 || answers.silent.length > 0));
  return {
    json: {
      workers: answers.replies.map(({ worker, ms, outcome }) => ({
        worker,
        ms,
        ...(outcome.ok ? { result: outcome.result } : { error: outcome.error }),
      })),
      not_answering: answers.silent,
    },
    text: rows.length > 0 ? table(['worker', ...headers], rows) : answered ? (options.empty ?? '') : '',
    warnings: [...failures, ...silence(answers)],
    exitCode: failed ? 1 : 0,
  };
}

type ControlAnswersResult<C extends ControlCommand> = Extract<
  ControlAnswers<C>['replies'][number]['outcome'],
  { ok: true }
>['result'];

/** Names the workers that did not answer. */
export function silence({
  replies,
  silent,
}: Pick<ControlAnswers<ControlCommand>, 'replies' | 'silent'>): string[] {
  if (silent.length > 0) return [`No responden: ${silent.join(', ')}`];
  return replies.length === 0 ? ['No hay ningún worker en marcha'] : [];
}
