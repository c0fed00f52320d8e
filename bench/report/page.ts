import { escapeHtml } from '@medisupply/shared/http/escape-html';
import { definitions, htmlPage } from '../../scripts/report/html-page.ts';
import type { Outcome } from '../outcome.ts';
import type { Result } from '../result.ts';
import { nearness } from '../result.ts';
import { standingCells, toCells } from './table.ts';

/** An outcome as one HTML page. */
export function toPage(outcome: Outcome): string {
  const { started, machine, results, standings } = outcome;
  return htmlPage(
    'MediSupply: lo que cuesta',
    `<dl><dt>inicio</dt><dd>${escapeHtml(started)}</dd>${definitions(machine)}</dl>
${chart('CPU por operación, por proceso (ms)', costs(results))}
${chart('Latencia en bucle abierto (ms)', latencies(results))}
${chart('CPU del techo entre la propia (1: tan barato como sus partes)', distances(results))}
${table(toCells(results))}
${table(standingCells(standings))}`,
  );
}

function table([headings = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'th' | 'td') =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="ancho"><table><thead>${cells(headings, 'th')}</thead><tbody>${rows.map((row) => cells(row, 'td')).join('\n')}</tbody></table></div>`;
}

interface Bar {
  label: string;
  /** Side by side, in this order. */
  parts: { name: string; value: number }[];
}

const nameOf = ({ group, name }: Result) => (group === 'ingenua' ? `${name} (a la ingenua)` : name);

const costs = (results: readonly Result[]): Bar[] =>
  results
    .filter(({ group, latency }) => group !== 'techos' && latency)
    .map((result) => ({
      label: nameOf(result),
      parts: Object.entries(result.cpuEach).map(([name, value]) => ({ name, value })),
    }));

const latencies = (results: readonly Result[]): Bar[] =>
  results
    .filter(({ name, latency }) => latency && name.endsWith('/s'))
    .map((result) => {
      const { p50 = 0, p99 = 0, p999 = 0 } = result.latency ?? {};
      return {
        label: nameOf(result),
        parts: [
          { name: `p50 ${p50.toFixed(1)}`, value: p50 },
          { name: `p99 ${p99.toFixed(1)}`, value: p99 - p50 },
          { name: `p99.9 ${p999.toFixed(1)}`, value: p999 - p99 },
        ],
      };
    });

const distances = (results: readonly Result[]): Bar[] =>
  results.flatMap((result) => {
    const near = nearness(result, results);
    return near ? [{ label: nameOf(result), parts: [{ name: near.cpu.toFixed(2), value: near.cpu }] }] : [];
  });

const WIDTH = 640;
const LINE = 34;
const BAR = 14;

/** Lying bars, each under its label. */
function chart(title: string, bars: readonly Bar[]): string {
  if (bars.length === 0) return '';
  const sums = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const longest = Math.max(...sums);
  const lines = bars.map(({ label, parts }, line) => {
    let x = 0;
    const pieces = parts.map(({ name, value }, n) => {
      const width = (value / longest) * WIDTH;
      const piece = `<rect x="${x.toFixed(1)}" y="${line * LINE + 16}" width="${width.toFixed(1)}" height="${BAR}" opacity="${(1 - n * 0.1).toFixed(1)}"><title>${escapeHtml(name)}: ${value.toFixed(3)}</title></rect>`;
      x += width;
      return piece;
    });
    return `<text x="0" y="${line * LINE + 12}">${escapeHtml(label)}: ${sums[line]?.toFixed(2)}</text>${pieces.join('')}`;
  });
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${bars.length * LINE}" role="img" aria-label="${escapeHtml(title)}">${lines.join('\n')}</svg></figure>`;
}
