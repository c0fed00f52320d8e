import { UserError } from './user-error.ts';

interface CommandOptions {
  /** What a UserError ends with; 2 where it can only be the command line. */
  refused?: number;
  /** Shows other errors without their stack. */
  messagesOnly?: boolean;
}

/** Runs a command to its exit code; what the person can put right is said without a stack. */
export async function runCommand(
  main: () => Promise<number | void> | number | void,
  options: CommandOptions = {},
): Promise<void> {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`${textOf(error, options.messagesOnly)}\n`);
    process.exitCode = error instanceof UserError ? (options.refused ?? 1) : 1;
  }
}

export function textOf(error: unknown, messageOnly = false): string {
  if (!(error instanceof Error)) return String(error);
  const isKnown = messageOnly || error instanceof UserError;
  return (isKnown ? error.message : (error.stack ?? error.message)).trimEnd();
}
