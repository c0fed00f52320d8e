import type { Page } from 'playwright-core';

/** A signature, with the mouse. */
export async function draw(page: Page): Promise<void> {
  const canvas = page.locator('canvas');
  await canvas.evaluate(`(canvas) => canvas.scrollIntoView({ block: 'center', behavior: 'instant' })`);
  await canvas.hover();
  const box = await canvas.boundingBox();
  if (!box) throw new Error('no canvas to sign on');
  const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
  await page.mouse.move(...at(0.15, 0.6));
  await page.mouse.down();
  for (let step = 0; step <= 20; step += 1) {
    await page.mouse.move(...at(0.15 + step * 0.03, 0.5 + 0.25 * Math.sin(step * 1.1)));
  }
  await page.mouse.up();
}
