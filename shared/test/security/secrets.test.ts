import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/security/canonical-json.ts';
import { createFieldCipher, fieldKeyRing } from '../../src/security/field-cipher.ts';
import { issueAccessToken, verifyAccessToken } from '../../src/security/access-token.ts';
import { signDelivery, verifyDelivery } from '../../src/security/delivery-signature.ts';
import { actualKey, signatureKeyFile, tokenKeyFile } from '../../src/security/key-files.ts';
import { parseJwks } from '../../src/security/jwks.ts';
import { fixedKeySet } from '../../src/security/key-set.ts';
import {
  retirePreviousServiceKey,
  rotateFieldKeys,
  rotateProofKeys,
  rotateServiceKey,
  rotateSignatureKeys,
  rotateTokenKeys,
} from '../../src/security/rotate-keys.ts';
import { revokeProofKeys, revokeSignatureKeys, revokeTokenKeys } from '../../src/security/revoke-keys.ts';
import { ensureSecrets } from '../../src/security/secrets.ts';
import { createServiceKeyVerifier, generateServiceKey } from '../../src/security/service-key.ts';
import { SERVICES } from '../../src/services.ts';
import { aPayload, aSubject } from './keys.ts';

let dir: string;
/** Made once: every file costs two fsyncs. */
let template: string;

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'medisupply-secrets-')), 'secrets');

beforeAll(() => {
  template = newFolder();
  ensureSecrets(template);
});

afterAll(() => rmSync(join(template, '..'), { recursive: true }));

beforeEach(() => {
  dir = newFolder();
});

const startFromTemplate = () => cpSync(template, dir, { recursive: true });

afterEach(() => rmSync(join(dir, '..'), { recursive: true }));

const read = (path: string) => readFileSync(join(dir, path), 'utf8').trim();
const json = (path: string) => JSON.parse(read(path));
const files = () =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.lock')
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .toSorted();
const contents = () => Object.fromEntries(files().map((path) => [path, read(path)]));
const overwrite = (path: string, value: string) => {
  chmodSync(join(dir, path), 0o600);
  writeFileSync(join(dir, path), value);
};

/** Services that were added to the platform have the files that every service has. */
const ADDED = SERVICES.map(({ name }) => name).filter(
  (name) => !['autorizador', 'bull-board', 'logistica-inventario', 'monitor'].includes(name),
);

const EXPECTED = [
  'admin_contrasena',
  ...[
    'jwks.json',
    'password_pepper',
    'proof_keys.json',
    'redis_password',
    'service_keys.json',
    'signature_keys.json',
    'token_keys.json',
  ].map((f) => `autorizador/${f}`),
  ...['jwks.json', 'redis_password', 'service_keys.json'].map((f) => `bull-board/${f}`),
  ...[
    'field_keys.json',
    'hash_key',
    'jwks.json',
    'live_key',
    'queue_key',
    'redis_password',
    'service_key',
    'service_keys.json',
  ].map((f) => `logistica-inventario/${f}`),
  'metrics/service_key',
  ...['jwks.json', 'live_key', 'redis_password', 'service_key', 'service_keys.json'].map(
    (f) => `monitor/${f}`,
  ),
  'operator/service_key',
  'redis/redis_password',
  'redis/usuarios.acl',
  ...[
    'field_keys.json',
    'jwks.json',
    'live_key',
    'probe_key',
    'queue_key',
    'redis_password',
    'service_key',
    'service_keys.json',
  ].map((f) => `worker/${f}`),
  ...ADDED.flatMap((name) =>
    ['jwks.json', 'redis_password', 'service_key', 'service_keys.json'].map((f) => `${name}/${f}`),
  ),
].toSorted();

test('when set-up runs on an empty folder, then every file is there, private, and reported', () => {
  const { written } = ensureSecrets(dir);
  expect(files()).toEqual(EXPECTED);
  expect(written.toSorted()).toEqual(EXPECTED);
  expect(files().map((path) => statSync(join(dir, path)).mode & 0o777)).toEqual(EXPECTED.map(() => 0o400));
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => statSync(join(dir, name)).mode & 0o777)).toEqual(folders.map(() => 0o700));
  expect(statSync(dir).mode & 0o777).toBe(0o700);
});

test("when set-up is for containers, then Redis's group may read its password, and the administrator's lies with autorizador", () => {
  const { written } = ensureSecrets(dir, {
    adminPassword: 'autorizador/admin_contrasena',
    groupReadable: ['redis'],
  });
  const modes = written.map((path) => [path, statSync(join(dir, path)).mode & 0o777]);
  expect(modes).toEqual(written.map((path) => [path, path.startsWith('redis/') ? 0o440 : 0o400]));
  expect(statSync(join(dir, 'redis')).mode & 0o777).toBe(0o750);
  expect(written).toContain('autorizador/admin_contrasena');
  expect(written).not.toContain('admin_contrasena');
});

test('when PostgreSQL is set up as well, then whoever opens a schema has the password of its role, and nobody else', () => {
  ensureSecrets(dir, { postgres: true, groupReadable: ['postgres'] });
  const passwords = globSync('**/*_database_password', { cwd: dir }).toSorted();
  expect(passwords).toEqual([
    'autorizador/autorizador_database_password',
    'logistica-inventario/logistica_database_password',
    'monitor/monitor_database_password',
    'postgres/autorizador_database_password',
    'postgres/logistica_database_password',
    'postgres/monitor_database_password',
    'worker/logistica_database_password',
    'worker/monitor_database_password',
  ]);
  expect(read('worker/logistica_database_password')).toBe(read('postgres/logistica_database_password'));
  expect(new Set(passwords.map(read)).size).toBe(3);
  expect(read('postgres/roles.sql')).toContain(
    `create role medisupply_monitor login password '${read('monitor/monitor_database_password')}';`,
  );
  expect(ensureSecrets(dir, { postgres: true, groupReadable: ['postgres'] }).written).toEqual([]);
});

test('when set-up runs again, then nothing changes', () => {
  startFromTemplate();
  const before = contents();
  expect(ensureSecrets(dir).written).toEqual([]);
  expect(contents()).toEqual(before);
});

test('when a service was removed from the platform, then its key is no longer accepted', () => {
  startFromTemplate();
  const records = json('monitor/service_keys.json');
  const gone = { id: 'quitado', scopes: ['tareas'], sha256: ['0'.repeat(64)] };
  overwrite('autorizador/service_keys.json', JSON.stringify([...records, gone]));
  ensureSecrets(dir);
  expect(json('autorizador/service_keys.json')).toEqual(records);
});

test.each(EXPECTED)(
  'when %s is missing, then it is made again and everything still fits together',
  async (path) => {
    ensureSecrets(dir);
    const before = contents();
    rmSync(join(dir, path));
    expect(ensureSecrets(dir).written).toContain(path);
    expect(files()).toEqual(EXPECTED);
    await expectAllFits();
    const secrets = files().filter(
      (name) => name !== path && !/jwks\.json|service_keys\.json|usuarios\.acl/.test(name),
    );
    for (const name of secrets) expect(read(name)).toBe(before[name]);
  },
);

/** Keys, hashes and copies agree, as the processes will use them. */
async function expectAllFits(): Promise<void> {
  const keySet = fixedKeySet(parseJwks(json('worker/jwks.json')));
  const firma = await signDelivery(
    aPayload(),
    actualKey(signatureKeyFile.parse(json('autorizador/signature_keys.json'))),
  );
  expect(verifyDelivery(firma, aPayload(), keySet.findSignatureKey)).toMatchObject({ valid: true });
  const { token } = issueAccessToken(
    aSubject(),
    actualKey(tokenKeyFile.parse(json('autorizador/token_keys.json'))),
  );
  expect(verifyAccessToken(token, keySet)).toMatchObject({ usuario_id: 3 });
  const [writer, reader] = ['logistica-inventario', 'worker'].map((p) =>
    createFieldCipher(fieldKeyRing.parse(json(`${p}/field_keys.json`))),
  );
  expect(reader?.decrypt(writer?.encrypt('hola', 'a') ?? '', 'a')).toBe('hola');
  expect(read('worker/queue_key')).toBe(read('logistica-inventario/queue_key'));
  const ofRedis = files().filter((f) => f.endsWith('redis_password'));
  expect(new Set(ofRedis.map(read)).size).toBe(ofRedis.length);
  const users = read('redis/usuarios.acl');
  expect(ofRedis.filter((f) => users.includes(read(f)))).toEqual([]);
  for (const verifierFolder of ['autorizador', 'logistica-inventario', 'monitor', 'bull-board', 'worker']) {
    const verifier = createServiceKeyVerifier(json(`${verifierFolder}/service_keys.json`));
    const ids = ['worker', 'monitor', 'logistica-inventario', 'metrics', 'operator'].map(
      (f) => verifier.verify(read(`${f}/service_key`))?.id,
    );
    expect(ids).toEqual(['worker', 'monitor', 'logistica', 'metrics', 'operator']);
  }
}

test('when the public documents are looked at, then nothing private is in them', () => {
  startFromTemplate();
  for (const folder of ['autorizador', 'logistica-inventario', 'monitor', 'bull-board', 'worker']) {
    const keys: Record<string, unknown>[] = json(`${folder}/jwks.json`).keys;
    expect(keys.map((key) => key['alg'])).toEqual(['ES256', 'ES256', ...Array<string>(4).fill('EdDSA')]);
    expect(keys.map((key) => key['use'])).toEqual([...Array<string>(4).fill('sig'), 'prueba', 'prueba']);
    for (const key of keys) expect(Object.keys(key)).not.toContain('d');
  }
});

test('when an installation has what is no longer needed, then it starts unchanged, and those keys open nothing', () => {
  startFromTemplate();
  const { key, sha256 } = generateServiceKey('bull-board');
  const records = [
    ...json('monitor/service_keys.json'),
    { id: 'bull-board', scopes: ['tareas'], sha256: [sha256] },
  ].map((record) => (record.id === 'monitor' ? { ...record, scopes: ['tareas', 'metrics'] } : record));
  for (const folder of ['autorizador', 'logistica-inventario', 'monitor', 'bull-board', 'worker'])
    overwrite(`${folder}/service_keys.json`, JSON.stringify(records));
  writeFileSync(join(dir, 'bull-board/service_key'), key);
  writeFileSync(join(dir, 'bull-board/session_key'), 'x'.repeat(43));
  const before = contents();

  ensureSecrets(dir);
  const changed = files().filter((file) => read(file) !== before[file]);
  expect(changed.every((file) => file.endsWith('/service_keys.json'))).toBe(true);
  expect(read('bull-board/session_key')).toBe('x'.repeat(43));
  const verifier = createServiceKeyVerifier(json('logistica-inventario/service_keys.json'));
  expect(verifier.verify(key)).toBeUndefined();
  expect(verifier.verify(read('monitor/service_key'))).toMatchObject({ id: 'monitor', scopes: ['metrics'] });
});

test('when an installation has no keys for proofs yet, then it gets them at the next start, and everything else stays', () => {
  startFromTemplate();
  const before = contents();
  rmSync(join(dir, 'autorizador/proof_keys.json'));
  for (const folder of ['autorizador', 'logistica-inventario', 'monitor', 'bull-board', 'worker']) {
    const { keys } = json(`${folder}/jwks.json`) as { keys: { use: string }[] };
    overwrite(`${folder}/jwks.json`, JSON.stringify({ keys: keys.filter(({ use }) => use === 'sig') }));
    const records = json(`${folder}/service_keys.json`).map((record: { id: string }) =>
      record.id === 'logistica' ? { ...record, scopes: ['firmas'] } : record,
    );
    overwrite(`${folder}/service_keys.json`, JSON.stringify(records));
  }
  ensureSecrets(dir);
  const changed = files().filter((file) => read(file) !== before[file]);
  expect(changed.filter((file) => !/jwks\.json$|proof_keys\.json$/.test(file))).toEqual([]);
  expect(json('worker/jwks.json').keys.filter((key: { use: string }) => key.use === 'prueba')).toHaveLength(
    2,
  );
  const verifier = createServiceKeyVerifier(json('autorizador/service_keys.json'));
  expect(verifier.verify(read('logistica-inventario/service_key'))?.scopes).toEqual(['firmas', 'pruebas']);
});

test("when an installation's worker could not ask for retries by itself, then its key is good for them now", () => {
  startFromTemplate();
  const old = json('monitor/service_keys.json').map((record: { id: string }) =>
    record.id === 'worker' ? { ...record, scopes: ['tareas'] } : record,
  );
  for (const folder of ['autorizador', 'logistica-inventario', 'monitor', 'bull-board', 'worker'])
    overwrite(`${folder}/service_keys.json`, JSON.stringify(old));
  const key = read('worker/service_key');
  ensureSecrets(dir);
  expect(read('worker/service_key')).toBe(key);
  const verifier = createServiceKeyVerifier(json('logistica-inventario/service_keys.json'));
  expect(verifier.verify(key)).toMatchObject({ id: 'worker', scopes: ['tareas', 'reintentos'] });
  expect(verifier.verify(read('operator/service_key'))?.scopes).not.toContain('reintentos');
});

test('when copies of one secret differ, then set-up stops and names it', () => {
  startFromTemplate();
  overwrite('worker/queue_key', 'x'.repeat(43));
  expect(() => ensureSecrets(dir)).toThrowError(/queue_key/);
});

test('when a key file is damaged, then set-up stops, names it and does not replace it', () => {
  startFromTemplate();
  overwrite('autorizador/token_keys.json', '{"keys":[');
  expect(() => ensureSecrets(dir)).toThrowError(/token_keys\.json/);
  expect(read('autorizador/token_keys.json')).toBe('{"keys":[');
});

test('when three processes set up one folder at once, then they agree', async () => {
  const script = join(import.meta.dirname, '../../../scripts/setup.ts');
  const children = [1, 2, 3].map(() =>
    fork(script, { env: { ...process.env, DATA_DIR: join(dir, '..') }, execArgv: [], silent: true }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect(files()).toEqual(EXPECTED);
  await expectAllFits();
  expect(ensureSecrets(dir).written).toEqual([]);
});

test('when a write died half-way, then its leftover does not count as the secret', () => {
  startFromTemplate();
  rmSync(join(dir, 'worker/queue_key'));
  writeFileSync(join(dir, 'worker/queue_key.abc.tmp'), 'half');
  ensureSecrets(dir);
  expect(read('worker/queue_key')).toBe(read('logistica-inventario/queue_key'));
});

const states = (path: string): [string, string, boolean][] =>
  json(path).keys.map((key: { kid: string; state: string; d?: string }) => [
    key.kid,
    key.state,
    key.d !== undefined,
  ]);

const published = () => parseJwks(json('monitor/jwks.json')).map((key) => key.kid);

describe('rotation', () => {
  beforeEach(startFromTemplate);

  test('when signature keys rotate, then the next one signs, and old ones verify for ever without their private part', async () => {
    const signed = await signDelivery(
      aPayload(),
      actualKey(signatureKeyFile.parse(json('autorizador/signature_keys.json'))),
    );
    const [first, second] = states('autorizador/signature_keys.json');
    expect(rotateSignatureKeys(dir).actual).toBe(second?.[0]);
    rotateSignatureKeys(dir);
    rotateSignatureKeys(dir);
    const after = states('autorizador/signature_keys.json');
    expect(after.map(([, state, isPrivate]) => [state, isPrivate])).toEqual([
      ['retirada', false],
      ['retirada', false],
      ['anterior', false],
      ['actual', true],
      ['siguiente', true],
    ]);
    expect(after[0]?.[0]).toBe(first?.[0]);
    const keySet = fixedKeySet(parseJwks(json('worker/jwks.json')));
    expect(verifyDelivery(signed, aPayload(), keySet.findSignatureKey)).toMatchObject({ valid: true });
    await expectAllFits();
  });

  test('when the keys of proofs rotate, then the next one seals, and old ones stay published for ever', () => {
    const before = states('autorizador/proof_keys.json').map(([kid]) => kid);
    expect(rotateProofKeys(dir).actual).toBe(before[1]);
    rotateProofKeys(dir);
    const after = states('autorizador/proof_keys.json');
    expect(after.map(([, state, isPrivate]) => [state, isPrivate])).toEqual([
      ['retirada', false],
      ['anterior', false],
      ['actual', true],
      ['siguiente', true],
    ]);
    const proofs = json('worker/jwks.json').keys.filter((key: { use: string }) => key.use === 'prueba');
    expect(proofs.map((key: { kid: string }) => key.kid)).toEqual(after.map(([kid]) => kid));
    expect(after.slice(0, 2).map(([kid]) => kid)).toEqual(before);
  });

  test('when token keys rotate, then the previous one still verifies and the one before is gone', async () => {
    const [first, second] = states('autorizador/token_keys.json');
    rotateTokenKeys(dir);
    expect(published()).toEqual(expect.arrayContaining([first?.[0], second?.[0]]));
    rotateTokenKeys(dir);
    expect(published()).not.toContain(first?.[0]);
    expect(states('autorizador/token_keys.json').map(([, state]) => state)).toEqual([
      'anterior',
      'actual',
      'siguiente',
    ]);
    await expectAllFits();
  });

  test('when the key that comes into use signs, then verifiers that were not refreshed know it already', async () => {
    const before = fixedKeySet(parseJwks(json('worker/jwks.json')));
    rotateSignatureKeys(dir);
    const firma = await signDelivery(
      aPayload(),
      actualKey(signatureKeyFile.parse(json('autorizador/signature_keys.json'))),
    );
    expect(verifyDelivery(firma, aPayload(), before.findSignatureKey)).toMatchObject({ valid: true });
  });

  test('when field keys rotate, then both readers have the new ring and old values decrypt', async () => {
    const old = createFieldCipher(fieldKeyRing.parse(json('worker/field_keys.json')));
    const stored = old.encrypt('hola', 'a');
    const { actual } = rotateFieldKeys(dir);
    expect(read('worker/field_keys.json')).toBe(read('logistica-inventario/field_keys.json'));
    const rotated = createFieldCipher(fieldKeyRing.parse(json('worker/field_keys.json')));
    expect([rotated.actual, rotated.decrypt(stored, 'a')]).toEqual([actual, 'hola']);
    // A reader that was not restarted can read what the new key wrote.
    expect(old.decrypt(rotated.encrypt('adiós', 'a'), 'a')).toBe('adiós');
    await expectAllFits();
  });

  test('when a rotation of field keys died between its two readers, then set-up completes it without losing a key', async () => {
    const before = read('worker/field_keys.json');
    rotateFieldKeys(dir);
    const after = read('logistica-inventario/field_keys.json');
    overwrite('worker/field_keys.json', before);
    ensureSecrets(dir);
    expect(read('worker/field_keys.json')).toBe(after);
  });

  test('when a service key rotates, then old and new are accepted until the old one is retired', async () => {
    const oldKey = read('worker/service_key');
    rotateServiceKey(dir, 'worker');
    const newKey = read('worker/service_key');
    const accepted = () => {
      const verifier = createServiceKeyVerifier(json('logistica-inventario/service_keys.json'));
      return [oldKey, newKey].map((key) => verifier.verify(key) !== undefined);
    };
    expect(accepted()).toEqual([true, true]);
    await expectAllFits();
    retirePreviousServiceKey(dir, 'worker');
    expect(accepted()).toEqual([false, true]);
    rotateServiceKey(dir, 'worker');
    rotateServiceKey(dir, 'worker');
    expect(accepted()).toEqual([false, false]);
  });

  test('when the service is unknown, then the error names those there are', () => {
    expect(() => rotateServiceKey(dir, 'nadie')).toThrowError(/worker, logistica, monitor/);
  });
});

const dates = (path: string): Record<string, unknown>[] =>
  json(path).keys.map(({ state, nbf, exp, revoked }: Record<string, unknown>) => ({
    state,
    ...Object.fromEntries(Object.entries({ nbf, exp, revoked }).filter(([, time]) => time !== undefined)),
  }));

describe('revocation', () => {
  beforeEach(startFromTemplate);
  const SECONDS = expect.any(Number);

  test('when signature keys are revoked, then both are new, the old ones lose their private part, and the JWKS says since when', () => {
    rotateSignatureKeys(dir);
    const before = states('autorizador/signature_keys.json').map(([kid]) => kid);
    const { actual } = revokeSignatureKeys(dir);
    const revoked = { state: 'retirada', nbf: SECONDS, revoked: SECONDS };
    expect(dates('autorizador/signature_keys.json')).toEqual([
      { ...revoked, exp: SECONDS },
      revoked,
      revoked,
      { state: 'actual', nbf: SECONDS },
      { state: 'siguiente', nbf: SECONDS },
    ]);
    const after = states('autorizador/signature_keys.json');
    expect(after.map(([, , isPrivate]) => isPrivate)).toEqual([false, false, false, true, true]);
    expect(after.slice(0, 3).map(([kid]) => kid)).toEqual(before);
    expect(after[3]?.[0]).toBe(actual);
    const firmas = parseJwks(json('worker/jwks.json')).filter((key) => key.alg === 'EdDSA');
    expect(firmas.map((key) => typeof key.revoked)).toEqual([
      'number',
      'number',
      'number',
      'undefined',
      'undefined',
    ]);
  });

  test('when the keys of proofs are revoked, then both are new, and the JWKS says since when the old ones are good for nothing', () => {
    revokeProofKeys(dir);
    const revoked = { state: 'retirada', nbf: SECONDS, revoked: SECONDS };
    expect(dates('autorizador/proof_keys.json')).toEqual([
      revoked,
      revoked,
      { state: 'actual', nbf: SECONDS },
      { state: 'siguiente', nbf: SECONDS },
    ]);
    const proofs = json('worker/jwks.json').keys.filter((key: { use: string }) => key.use === 'prueba');
    expect(proofs.filter((key: { revoked?: number }) => key.revoked !== undefined)).toHaveLength(2);
  });

  test('when token keys are revoked, then verifiers refuse both old ones, and forget them when no token of theirs is left', () => {
    const before = states('autorizador/token_keys.json').map(([kid]) => kid);
    const { actual } = revokeTokenKeys(dir);
    const keySet = fixedKeySet(parseJwks(json('worker/jwks.json')));
    expect(before.map((kid) => keySet.findTokenKey(kid))).toEqual([undefined, undefined]);
    expect(keySet.findTokenKey(actual)).toBeDefined();
    rotateTokenKeys(dir);
    expect(published()).toEqual(expect.arrayContaining(before));
    const file = json('autorizador/token_keys.json');
    for (const key of file.keys) if (key.revoked) key.revoked -= 3_600;
    overwrite('autorizador/token_keys.json', JSON.stringify(file));
    rotateTokenKeys(dir);
    for (const kid of before) expect(published()).not.toContain(kid);
  });

  test('when the keys of an older version have no dates, then they count from the upgrade, and everything goes on', async () => {
    rotateSignatureKeys(dir);
    for (const name of ['token_keys', 'signature_keys']) {
      const file = json(`autorizador/${name}.json`);
      for (const key of file.keys) for (const time of ['nbf', 'exp', 'revoked']) delete key[time];
      overwrite(`autorizador/${name}.json`, JSON.stringify(file));
    }
    ensureSecrets(dir);
    const now = Math.floor(Date.now() / 1000);
    const [anterior, actual] = dates('autorizador/signature_keys.json');
    expect([anterior?.['state'], actual?.['state']]).toEqual(['anterior', 'actual']);
    expect(now - Number(actual?.['nbf'])).toBeLessThan(5);
    expect(Number(anterior?.['exp']) - now).toBeGreaterThan(15 * 60);
    expect(actual?.['exp']).toBeUndefined();
    expect(ensureSecrets(dir).written).toEqual([]);
    await expectAllFits();
  });
});

describe('the password of Redis', () => {
  const passwords = () =>
    files()
      .filter((f) => f.endsWith('redis_password'))
      .map(read);

  test('when all have the one of an earlier version, then each gets its own, once', () => {
    startFromTemplate();
    rmSync(join(dir, 'redis/usuarios.acl'));
    const [first, ...others] = passwords();
    for (const path of files().filter((f) => f.endsWith('redis_password'))) {
      rmSync(join(dir, path));
      writeFileSync(join(dir, path), first ?? '');
    }
    expect(others.length).toBeGreaterThan(4);
    const { written } = ensureSecrets(dir);
    expect(written).toContain('redis/usuarios.acl');
    expect(new Set(passwords()).size).toBe(passwords().length);
    const users = read('redis/usuarios.acl');
    expect(passwords().every((password) => users.includes(`#${sha256Hex(password)} `))).toBe(true);
    expect(ensureSecrets(dir).written).toEqual([]);
  });

  test('when Redis is somebody else’s, then what was written there stays, also where all have the same', () => {
    startFromTemplate();
    for (const path of files().filter((f) => f.endsWith('redis_password'))) {
      rmSync(join(dir, path));
      if (!path.startsWith('worker')) writeFileSync(join(dir, path), 'la-de-un-redis-ajeno');
    }
    expect(ensureSecrets(dir, { foreignRedis: true }).written).toEqual(['worker/redis_password']);
    expect(new Set(passwords())).toEqual(new Set(['la-de-un-redis-ajeno']));
  });
});
