import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { generate } from 'selfsigned';

export interface Certificates {
  /** Of the authority, to be installed on devices. Its key is thrown away: it vouches for this one certificate. */
  authority: string;
  /** The server's, with the authority's behind it. */
  certificate: string;
  key: string;
}

const DAY = 24 * 3_600_000;
/** Browsers refuse more than 398 days. */
const DAYS = 397;

/** Names and addresses under which this machine is reached from itself and from its network. */
export const ownHosts = (): string[] => [
  'localhost',
  '127.0.0.1',
  '::1',
  hostname().toLowerCase(),
  ...Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address),
];

/** A server's certificate for `hosts`, and the authority that signed it: what a phone can be told to trust. */
export async function selfSigned(hosts: readonly string[]): Promise<Certificates> {
  const notBeforeDate = new Date(Date.now() - DAY);
  const dates = { notBeforeDate, notAfterDate: new Date(notBeforeDate.getTime() + DAYS * DAY) };
  const common = { ...dates, keyType: 'ec', algorithm: 'sha256' } as const;
  const authority = await generate([{ name: 'commonName', value: `MediSupply en ${hostname()}` }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hosts.map((host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })),
      },
    ],
  });
  return {
    authority: pem(authority.cert),
    certificate: pem(server.cert) + pem(authority.cert),
    key: pem(server.private),
  };
}

const pem = (text: string): string => `${text.replaceAll('\r', '').trimEnd()}\n`;
