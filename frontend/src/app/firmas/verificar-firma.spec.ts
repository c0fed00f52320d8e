import canonicalize from 'canonicalize';
import { base64url, exportJWK, FlattenedSign, generateKeyPair } from 'jose';
import type { DatosFirmados, Jwks } from './firma';
import { COMPROBACIONES, verificarFirma } from './verificar-firma';

const datos: DatosFirmados = {
  direccion: 'Calle 10 # 5-20, Bogotá',
  nombre_recibe: 'Ana Pérez',
  firma_recibe: '<svg/>',
  pedido_id: 'PED-1',
  entrega_id: 7,
  usuario_id: 3,
};
const cabecera = {
  alg: 'EdDSA',
  typ: 'entrega+jws',
  kid: 'una',
  iat: 1_700_000_000,
  exp: 1_700_000_900,
  jti: '0190a3c4-5b6d-4e7f-8a9b-0c1d2e3f4a5b',
};

let jwks: Jwks;
let sign: (header: typeof cabecera & Record<string, unknown>, payload?: DatosFirmados) => Promise<string>;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'una', alg: 'EdDSA', use: 'sig' }] };
  sign = async (header, payload = datos) => {
    // jsdom's arrays are not those of Node, and jose takes the former only.
    const bytes = Uint8Array.from(new TextEncoder().encode(canonicalize(payload)));
    const jws = await new FlattenedSign(bytes).setProtectedHeader(header).sign(privateKey);
    return `${jws.protected}..${jws.signature}`;
  };
});

/** The check that fails, or `bien`. */
async function failing(firma: string, changed: Partial<DatosFirmados> = {}): Promise<string> {
  const { resultados } = await verificarFirma(firma, { ...datos, ...changed }, jwks);
  return COMPROBACIONES.find((comprobacion) => resultados[comprobacion] === 'mal') ?? 'bien';
}

const flip = (text: string, at: number) =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

test('when a signature belongs to the data, then all holds, and its header can be read', async () => {
  const firma = await sign(cabecera);
  expect(await failing(firma)).toBe('bien');
  expect((await verificarFirma(firma, datos, jwks)).cabecera).toEqual(cabecera);
});

test('when the time and the photo are signed, then they are part of the data; when they are not, they are not', async () => {
  const more = { capturado: '2026-11-25T10:00:00.000Z', foto_sha256: 'a'.repeat(64) };
  const firma = await sign(cabecera, { ...datos, ...more });
  expect(await failing(firma, more)).toBe('bien');
  expect(await failing(await sign(cabecera), { capturado: undefined, foto_sha256: undefined })).toBe('bien');
  for (const changed of [{}, { ...more, foto_sha256: 'b'.repeat(64) }, { capturado: more.capturado }])
    expect(await failing(firma, changed)).toBe('datos');
  expect(await failing(await sign(cabecera), more)).toBe('datos');
});

test.each(Object.keys(datos))(
  'when %s differs by one character, then it does not belong to the data',
  async (field) => {
    const value = datos[field as keyof DatosFirmados];
    const changed = { [field]: typeof value === 'number' ? value + 1 : `${value}.` };
    expect(await failing(await sign(cabecera), changed)).toBe('datos');
  },
);

test('when the signature is spelled otherwise, cut, or padded, then it has not the form', async () => {
  const firma = await sign(cabecera);
  const [header = '', , signature = ''] = firma.split('.');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // 64 bytes leave four bits of the last character without meaning.
  const last = alphabet[alphabet.indexOf(signature.at(-1) ?? '') + 1];
  const others = [
    `${header}..${signature.slice(0, -1)}${last}`,
    `${firma}=`,
    firma.slice(0, -1),
    firma.replace('..', '.e30.'),
    `${firma}.`,
    'x'.repeat(2_000),
    `${base64url.encode('[]')}..${signature}`,
  ];
  expect(await Promise.all(others.map((other) => failing(other)))).toEqual(others.map(() => 'forma'));
});

test('when a character in the middle of the signature differs, then it does not belong to the data', async () => {
  const firma = await sign(cabecera);
  expect(await failing(flip(firma, firma.length - 20))).toBe('datos');
});

test.each([
  ['typ', 'JWT', 'tipo'],
  ['kid', 'otra', 'clave'],
  ['jti', 'no-es-un-uuid', 'cabecera'],
  ['exp', cabecera.exp + 1, 'cabecera'],
  ['jku', 'https://ejemplo.test', 'cabecera'],
])('when the header says %s: %s, then «%s» fails', async (member, value, expected) => {
  expect(await failing(await sign({ ...cabecera, [member]: value }))).toBe(expected);
});

test('when the header names another algorithm, then that fails, whatever the key', async () => {
  const [, , signature] = (await sign(cabecera)).split('.');
  const none = base64url.encode(JSON.stringify({ ...cabecera, alg: 'none' }));
  expect(await failing(`${none}..${signature}`)).toBe('algoritmo');
});
