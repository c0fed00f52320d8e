import { expect, test } from 'vitest';
import { signatureSvg, strokesOf, svgDataUrl } from './signature-svg';

const draw = (points: number) =>
  Array.from({ length: points }, (_, n) => ({ x: 10 + n * 5, y: 60 + 40 * Math.sin(n / 3) }));

test('when a stroke and a dot are drawn, then both are paths within the box', () => {
  const svg = signatureSvg(
    [
      [
        { x: 10, y: 10 },
        { x: 20, y: 20 },
        { x: 30, y: 10 },
      ],
      [{ x: 40, y: 15 }],
    ],
    '#123',
  );
  expect(svg).toContain('viewBox="20 20 460 260"');
  expect(svg).toContain('d="M100 100q100 100 150 50q50 -50 50 -50M400 150h1"');
  expect(svg).toContain('stroke="#123"');
});

test('when a signature is long, then it fits into what may be signed', () => {
  expect(svgDataUrl(signatureSvg([draw(3_000)], '#14211d')).length).toBeLessThan(64 * 1024);
});

test('when it becomes an address, then it is the same drawing', () => {
  const svg = signatureSvg([draw(20)], 'rgb(20, 33, 29)');
  const url = svgDataUrl(svg);
  expect(decodeURIComponent(url.slice(url.indexOf(',') + 1))).toBe(svg);
});

test('when a kept signature is read again, then its strokes are those that were drawn', () => {
  const strokes = [draw(20).map(({ x, y }) => ({ x, y: Math.round(y * 10) / 10 })), [{ x: 40, y: 15 }]];
  const url = svgDataUrl(signatureSvg(strokes, '#123'));
  expect(strokesOf(url)).toEqual(strokes);
  expect(strokesOf('Ana 100%')).toEqual([]);
});
