import type { Page } from 'playwright-core';

/** A picture with EXIF, as a phone's camera makes it; larger than what the server takes. */
export async function pictureOfACamera(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate<string>(`(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 2400;
    canvas.height = 1800;
    const context = canvas.getContext('2d');
    const pixels = context.createImageData(2400, 1800);
    for (let at = 0; at < pixels.data.length; at += 4) {
      pixels.data[at] = (at * 7) % 251;
      pixels.data[at + 1] = Math.random() * 255;
      pixels.data[at + 2] = 120;
      pixels.data[at + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
  })()`);
  const jpeg = Buffer.from(base64, 'base64');
  const exif = Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\0', 'latin1');
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
