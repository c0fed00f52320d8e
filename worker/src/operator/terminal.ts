import type { Terminal } from './command-line.ts';

/** This process's terminal; an empty text prints nothing. */
export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  const writer = (stream: NodeJS.WriteStream) => (text: string) => {
    if (text !== '') stream.write(`${text.trimEnd()}\n`);
  };
  return { env, out: writer(process.stdout), err: writer(process.stderr) };
}
