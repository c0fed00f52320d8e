import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UserError } from './user-error.ts';

/**
 * A secret, from a file (`-`: standard input) or asked twice on the terminal, where nothing of it shows.
 * @throws UserError when it cannot be read, or the two differ
 */
export async function readSecret(what: string, file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') return firstLine(createReadStream(file), file);
  if (file === '-' || !process.stdin.isTTY) return firstLine(process.stdin, 'la entrada estándar');
  const secret = await ask(`${what}: `);
  if ((await ask(`${what}, otra vez: `)) !== secret) throw new UserError('No son iguales; no se cambió nada');
  return secret;
}

async function firstLine(input: NodeJS.ReadableStream, name: string): Promise<string> {
  try {
    for await (const line of createInterface({ input })) return line;
  } catch (error) {
    throw new UserError(
      `No se puede leer ${name}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
  throw new UserError(`${name} está vacía`);
}

function ask(question: string): Promise<string> {
  process.stderr.write(question);
  // readline edits the line, and what it would show goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((resolve, reject) => {
    terminal.once('SIGINT', () => {
      terminal.close();
      process.stderr.write('\n');
      reject(new UserError('Interrumpido; no se cambió nada'));
    });
    terminal.question('', (answer) => {
      terminal.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}
