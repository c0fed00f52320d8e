export interface Point {
  x: number;
  y: number;
}

/** Units of the drawing per pixel: a tenth of a pixel is what is kept. */
const SCALE = 10;
const PEN = 2.4 * SCALE;
const MARGIN = 8 * SCALE;

/**
 * The strokes of a signature as a small SVG, cut to what was drawn: sharp at any size, and a tenth of the bytes of a
 * picture. Coordinates are relative and whole, which is what keeps it small.
 */
export function signatureSvg(strokes: readonly (readonly Point[])[], ink: string): string {
  const scaled = strokes.map((stroke) =>
    stroke.map(({ x, y }) => [Math.round(x * SCALE), Math.round(y * SCALE)] as const),
  );
  const xs = scaled.flat().map(([x]) => x);
  const ys = scaled.flat().map(([, y]) => y);
  const left = Math.min(...xs) - MARGIN;
  const top = Math.min(...ys) - MARGIN;
  const width = Math.max(...xs) + MARGIN - left;
  const height = Math.max(...ys) + MARGIN - top;
  const paths = scaled.map((stroke) => pathOf(stroke)).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" ` +
    `width="${width / SCALE}" height="${height / SCALE}"><path d="${paths}" fill="none" stroke="${ink}" ` +
    `stroke-width="${PEN}" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  );
}

/** Round through the middle of every two points; the points themselves bend the line. */
function pathOf(stroke: readonly (readonly [number, number])[]): string {
  const [first, ...rest] = stroke;
  if (!first) return '';
  let [x, y] = first;
  let path = `M${x} ${y}`;
  // A dot.
  if (rest.length === 0) return `${path}h1`;
  rest.forEach(([bendX, bendY], index) => {
    const following = rest[index + 1];
    const endX = following ? Math.round((bendX + following[0]) / 2) : bendX;
    const endY = following ? Math.round((bendY + following[1]) / 2) : bendY;
    path += `q${bendX - x} ${bendY - y} ${endX - x} ${endY - y}`;
    [x, y] = [endX, endY];
  });
  return path;
}

/** The strokes of such an address, to draw on; none of another text. */
export function strokesOf(url: string): Point[][] {
  if (!url.startsWith('data:image/svg+xml,')) return [];
  const path = / d="([^"]+)"/.exec(decodeURIComponent(url))?.[1] ?? '';
  return path.split('M').slice(1).map(pointsOf);
}

function pointsOf(stroke: string): Point[] {
  const [start = [], ...bends] = stroke.split(/[qh]/).map((part) => (part.match(/-?\d+/g) ?? []).map(Number));
  let [x = 0, y = 0] = start;
  const points = [{ x, y }];
  for (const [bendX = 0, bendY = 0, endX, endY] of bends) {
    // A dot.
    if (endX === undefined || endY === undefined) break;
    points.push({ x: x + bendX, y: y + bendY });
    x += endX;
    y += endY;
  }
  return points.map((point) => ({ x: point.x / SCALE, y: point.y / SCALE }));
}

/** For `<img>` and for the delivery: what is not allowed in an address is escaped, the rest stays readable. */
export const svgDataUrl = (svg: string): string =>
  `data:image/svg+xml,${svg.replaceAll(/[%#<>"]/g, (character) => encodeURIComponent(character))}`;
