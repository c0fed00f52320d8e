import { readFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prueba } from '@medisupply/shared/contracts/prueba';
import type { Claves, Informe } from '@medisupply/shared/proof/verify-proof';
import { clavesOf, verificarPrueba } from '@medisupply/shared/proof/verify-proof';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import { thumbprint } from '@medisupply/shared/security/jwks';
import { sealProof } from '@medisupply/shared/security/proof-seal';
import type { Platform } from '../support/platform.ts';
import { startPlatform } from '../support/platform.ts';
import { alterationsOf } from './mutations.ts';
import { deliverWithItems, proofText } from './support.ts';

const SEED = 20_261_125;

let platform: Platform;
let genuine: string;
let claves: Claves;

beforeAll(async () => {
  platform = await startPlatform({ worker: true, autorizador: true });
  genuine = await proofText(platform, await deliverWithItems(platform));
  claves = clavesOf(await readFile(`${platform.dataDir}/secrets/worker/jwks.json`, 'utf8'))!;
}, 60_000);

afterAll(() => platform.close());

const verdictOf = async (text: string, keys = claves) => {
  const { veredicto, hallazgos } = await verificarPrueba(text, keys);
  return { veredicto, hallazgos };
};

test('when a proof is as the platform made it, then it is genuine, also indented and in another order', async () => {
  const parsed = JSON.parse(genuine) as Prueba;
  const turned = Object.fromEntries(Object.entries(parsed).toReversed());
  for (const text of [genuine, JSON.stringify(parsed, undefined, 2), JSON.stringify(turned)])
    expect(await verdictOf(text)).toEqual({ veredicto: 'autentica', hallazgos: [] });
});

test('when it is altered in 1,000 ways, then each is refused and the part is named', async () => {
  const wrong: unknown[] = [];
  const verdicts: Record<string, number> = {};
  for (const { name, text, parte } of alterationsOf(genuine, 1_000, SEED)) {
    const { veredicto, hallazgos } = await verdictOf(text);
    verdicts[veredicto] = (verdicts[veredicto] ?? 0) + 1;
    const isNamed = hallazgos.some((one) => one.parte === parte);
    if (!['alterada', 'desconocida'].includes(veredicto) || !isNamed)
      wrong.push({ name, parte, veredicto, hallazgos });
  }
  expect(wrong).toEqual([]);
  // A key that is not known, only where the name of the key itself was changed.
  expect(verdicts['alterada']).toBeGreaterThan(960);
});

test.for([
  ['a name twice', (text: string) => text.replace('"estado":', '"estado":"CANCELADA","estado":')],
  ['a number in another spelling', (text: string) => text.replace('"cantidad":2', '"cantidad":2.0')],
  [
    'a number that readers round',
    (text: string) => text.replace('"cantidad":2', '"cantidad":2.0000000000000000001'),
  ],
] as const)('when the file has %s, then it is refused: readers could see two things', async ([, change]) => {
  expect(change(genuine)).not.toBe(genuine);
  expect(await verdictOf(change(genuine))).toEqual({
    veredicto: 'alterada',
    hallazgos: [{ parte: 'texto', defecto: 'ambigua' }],
  });
});

test.for(['', 'hola', '[]', 'null', '{', '{}x'])(
  'when the file is «%s», then it is no proof',
  async (text) => {
    expect((await verdictOf(text)).veredicto).toBe('ilegible');
  },
);

test('when it is cut off anywhere, then it is no proof', async () => {
  for (let at = 1; at < 40; at += 1)
    expect((await verdictOf(genuine.slice(0, Math.floor((genuine.length * at) / 40)))).veredicto).toBe(
      'ilegible',
    );
});

describe('a forgery that is consistent in itself', () => {
  const foreign = () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'EdDSA' };
    const kid = thumbprint(jwk);
    return { privateKey, kid, jwk: { ...jwk, kid } };
  };

  /** Another address, signed and sealed anew, with the forger's own keys inside. */
  async function forged(kid?: string): Promise<string> {
    const { sello: _, resumen: __, ...rest } = JSON.parse(genuine) as Prueba;
    const [signer, sealer] = [foreign(), foreign()];
    const datos = { ...rest.datos, direccion: 'Carrera 1 # 1-1' };
    const keys = [
      { ...signer.jwk, use: 'sig' },
      { ...sealer.jwk, use: 'prueba' },
    ];
    const made = { ...rest, datos, firma: await signDelivery(datos, signer), keys };
    return JSON.stringify(await sealProof(made, { ...sealer, kid: kid ?? sealer.kid }, Date.now()));
  }

  test("when it was sealed with somebody else's key, then it is signed by an unknown, whatever keys it brings", async () => {
    expect(await verdictOf(await forged())).toEqual({
      veredicto: 'desconocida',
      hallazgos: [{ parte: 'sello', defecto: 'desconocida' }],
    });
  });

  test('when it says to be sealed with the key of the platform, then the seal does not fit', async () => {
    const { sello } = JSON.parse(genuine) as Prueba;
    const [header = ''] = sello.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    expect(await verdictOf(await forged(kid))).toEqual({
      veredicto: 'alterada',
      hallazgos: [{ parte: 'sello', defecto: 'cambiada' }],
    });
  });
});

test('when a key for deliveries seals, or one for seals signs a delivery, then neither is taken', async () => {
  const parsed = JSON.parse(genuine) as Prueba;
  const swap = (use: string) => (use === 'sig' ? 'prueba' : 'sig');
  const keys = claves.keys.map((key) => ({ ...key, use: swap(String(key['use'])) }));
  expect((await verdictOf(genuine, { keys })).veredicto).toBe('desconocida');
  // The courier's signature in the place of the seal.
  const { hallazgos } = await verdictOf(JSON.stringify({ ...parsed, sello: parsed.firma }));
  expect(hallazgos).toEqual([{ parte: 'sello', defecto: 'falta' }]);
});

test('when its keys were revoked, then it says since when, and a stolen seal proves nothing', async () => {
  const seconds = (change: (moment: number) => number, use: string): Claves => ({
    keys: claves.keys.map((key) =>
      key['use'] === use && key['alg'] === 'EdDSA'
        ? { ...key, revoked: change(Math.floor(Date.now() / 1_000)) }
        : key,
    ),
  });
  const told = (informe: Informe) => [informe.veredicto, informe.hallazgos];
  const later = await verificarPrueba(
    genuine,
    seconds((now) => now + 60, 'sig'),
  );
  expect(told(later)).toEqual(['autentica', []]);
  expect(later.firma?.revocada).toBeGreaterThan(Date.now());
  expect(
    told(
      await verificarPrueba(
        genuine,
        seconds((now) => now - 3_600, 'sig'),
      ),
    ),
  ).toEqual(['revocada', [{ parte: 'firma', defecto: 'revocada' }]]);
  expect(
    told(
      await verificarPrueba(
        genuine,
        seconds((now) => now + 60, 'prueba'),
      ),
    ),
  ).toEqual(['revocada', [{ parte: 'sello', defecto: 'revocada' }]]);
});
