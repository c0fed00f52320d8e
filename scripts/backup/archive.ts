/** A backup: one tar file with a consistent copy of each database, all secrets, and `manifiesto.json` that says what they are. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { reasonOf, UserError } from '../terminal/user-error.ts';

export const MANIFEST = 'manifiesto.json';

/** The set-up's lock in the folder of the secrets, with what SQLite keeps beside it: no secret. */
export const isLock = (name: string): boolean => name.startsWith('.lock');

/** Version of the archive's own layout. */
const LAYOUT = 1;

const manifest = z.object({
  formato: z.literal(LAYOUT),
  /** Version of the platform that wrote it. */
  version: z.string(),
  momento: z.iso.datetime(),
  /** Paths; absent in backups of versions that did not tell. */
  secretos: z.array(z.string()).optional(),
  /** `<owner>.db` of SQLite, `<owner>.dump` of PostgreSQL with the rows of its tables. */
  bases: z.record(
    z.string().regex(/^[a-z0-9-]+\.(db|dump)$/),
    z.object({ bytes: z.int(), sha256: z.string(), filas: z.record(z.string(), z.int()).optional() }),
  ),
});

export type Manifest = z.output<typeof manifest>;

export const newManifest = (
  version: string,
  { bases, secretos }: Required<Pick<Manifest, 'bases' | 'secretos'>>,
): Manifest => ({
  formato: LAYOUT,
  version,
  momento: new Date().toISOString(),
  secretos,
  bases,
});

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Packs all of `folder` into `output`, which stays open. */
export async function pack(folder: string, output: NodeJS.WritableStream): Promise<void> {
  const tar = spawn('tar', ['--create', '--file=-', '--directory', folder, '.'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await settle(tar.stderr, once(tar, 'close'), pipeline(tar.stdout, output, { end: false }));
}

/** Unpacks into `folder`, with the modes of the files and as ours. */
export async function unpack(input: NodeJS.ReadableStream, folder: string): Promise<void> {
  const tar = spawn(
    'tar',
    ['--extract', '--file=-', '--directory', folder, '--preserve-permissions', '--no-same-owner'],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  await settle(tar.stderr, once(tar, 'close'), feed(input, tar.stdin));
}

/** What a backup says of itself, without unpacking it. */
export async function readManifest(input: NodeJS.ReadableStream): Promise<Manifest> {
  const tar = spawn('tar', ['--extract', '--file=-', '--to-stdout', `./${MANIFEST}`], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const [, said] = await Promise.all([
    settle(tar.stderr, once(tar, 'close'), feed(input, tar.stdin)),
    readAll(tar.stdout),
  ]);
  return parseManifest(said);
}

/** @throws UserError */
export function parseManifest(text: string): Manifest {
  try {
    return manifest.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`${MANIFEST} no se entiende; ¿es de una versión posterior?`, { cause: error });
  }
}

/** tar may end at the end of the archive, before the input does: whether it was content is for its exit code to say. */
async function feed(input: NodeJS.ReadableStream, stdin: NodeJS.WritableStream): Promise<void> {
  try {
    await pipeline(input, stdin);
  } catch (error) {
    if (!['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(reasonOf(error))) throw error;
  }
}

/** What tar says is the better reason when both it and the stream fail. */
async function settle(stderr: NodeJS.ReadableStream, end: Promise<unknown[]>, stream: Promise<void>) {
  let complaint = '';
  stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  const [streamed, ended] = await Promise.allSettled([stream, end]);
  if (ended.status === 'rejected') throw new UserError('Falta el programa tar', { cause: ended.reason });
  const [code] = ended.value;
  if (code !== 0) throw new UserError(`tar: ${complaint.trim() || `terminó con ${String(code)}`}`);
  if (streamed.status === 'rejected') throw streamed.reason;
}
