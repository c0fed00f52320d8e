/**
 * The `Idempotency-Key` of a form: the same while the same body is sent again (a double click, a try after the
 * connection was lost), another one for another body and after `renew`, which follows each success.
 */
export class IdempotencyKey {
  #used: { body: string; key: string } | undefined;

  headersFor(body: unknown): Record<string, string> {
    const text = JSON.stringify(body);
    if (this.#used?.body !== text) this.#used = { body: text, key: crypto.randomUUID() };
    return { 'idempotency-key': this.#used.key };
  }

  renew(): void {
    this.#used = undefined;
  }
}
