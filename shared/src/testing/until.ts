/** Waits for a fact by asking again and again. @throws Error after `ms` */
export async function until(fact: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`not so after ${ms} ms: ${fact.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
