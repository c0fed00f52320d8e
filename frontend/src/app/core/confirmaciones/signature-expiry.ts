/** Asked for anew when less than this is left (ms). */
const MARGIN = 15_000;

/** How long the signature holds from the moment it was made (ms), as its JWS header says. */
export function lifetimeOf(firma: string): number {
  const [header = ''] = firma.split('.');
  const { iat, exp } = JSON.parse(atob(header.replaceAll('-', '+').replaceAll('_', '/'))) as {
    iat: number;
    exp: number;
  };
  return (exp - iat) * 1_000;
}

/** By this device's clock alone: it need not agree with the server's. */
export const hasExpired = (signature: { firma: string; firmada: number }, now = Date.now()): boolean =>
  now >= signature.firmada + lifetimeOf(signature.firma) - MARGIN;
