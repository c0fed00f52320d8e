/**
 * Decodes base64url in its canonical form only: no padding, no other alphabet, no stray bits in the last
 * character. Decoders accept such variants, which would give one signature many spellings.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
