/** Where verificar.html carries keys; `scripts/setup/build-verifier.mjs` makes it without. */
const NO_KEYS = '<script type="application/json" id="claves">null</script>';

/** The page with those keys in it, saved at `when`: from then on it checks with them alone. @throws Error when it is another page */
export function withKeys(page: string, { keys }: { keys: readonly unknown[] }, when: Date): string {
  if (!page.includes(NO_KEYS)) throw new Error('not the page that checks proofs');
  const guardadas = `${when.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const json = JSON.stringify({ keys, guardadas }).replaceAll('<', String.raw`\u003c`);
  return page.replace(NO_KEYS, () => NO_KEYS.replace('null', () => json));
}
