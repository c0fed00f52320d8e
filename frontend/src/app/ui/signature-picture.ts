const DATA_URL = /^data:image\/(png|jpeg|webp|svg\+xml)[;,]/;

/**
 * A drawn signature as the address of a picture: a data URL, or SVG as some clients send it; undefined for a typed one.
 * As `<img>`, whatever is in it neither runs nor loads anything.
 */
export function pictureOf(firma: string): string | undefined {
  if (DATA_URL.test(firma)) return firma;
  return firma.trimStart().startsWith('<svg') ? `data:image/svg+xml,${encodeURIComponent(firma)}` : undefined;
}
