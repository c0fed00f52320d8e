/** Files that only the owner of a key can read: the format of age (https://age-encryption.org/v1), so that its tools do too. */
import { Readable } from 'node:stream';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

const MAGIC = Buffer.from('age-encryption.org/v1');

export interface KeyPair {
  /** `AGE-SECRET-KEY-1…`, which decrypts. */
  identity: string;
  /** `age1…`, which anybody may have. */
  recipient: string;
}

export async function newKeyPair(): Promise<KeyPair> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** @throws Error for what is no `age1…` */
export async function encryptFor(recipients: readonly string[], input: Readable): Promise<Readable> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return fromWeb(await encrypter.encrypt(toWeb(input)));
}

/** @throws Error for what is no key, or one that this file was not encrypted for */
export async function decryptWith(identities: readonly string[], input: Readable): Promise<Readable> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return fromWeb(await decrypter.decrypt(toWeb(input)));
}

/** Looks at how `input` begins; what comes back has all of it. */
export async function isEncrypted(
  input: AsyncIterable<string | Buffer>,
): Promise<{ encrypted: boolean; whole: Readable }> {
  const chunks = input[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  // A pipe may bring it in pieces.
  while (head.length < MAGIC.length) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, Buffer.from(value)]);
  }
  async function* everything() {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return {
    encrypted: head.subarray(0, MAGIC.length).equals(MAGIC),
    whole: Readable.from(everything(), { objectMode: false }),
  };
}

const toWeb = (stream: Readable) => Readable.toWeb(stream) as ReadableStream<Uint8Array>;
const fromWeb = (stream: ReadableStream<Uint8Array>) =>
  Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
