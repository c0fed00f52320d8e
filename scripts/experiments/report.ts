/** An outcome as a table for the terminal and as one HTML page that needs nothing else. */
import { styleText } from 'node:util';
import type { Outcome } from './experiment.ts';
import { escapeHtml } from '@medisupply/shared/http/escape-html';
import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import { definitions, htmlPage } from '../report/html-page.ts';
import { textTable } from '../report/text-table.ts';

export const passed = (outcome: Outcome): boolean =>
  outcome.requirements.every((requirement) => requirement.met);

export function toTable(outcome: Outcome): string {
  const width = Math.max(...outcome.requirements.map((requirement) => requirement.name.length));
  const lines = outcome.requirements.map(({ met, name, measured, expected }) => {
    const mark = met ? styleText('green', '✓') : styleText('red', '✗');
    return `${mark} ${name.padEnd(width)}  ${measured}  (${expected})`;
  });
  const figures = outcome.series
    .filter((series) => series.values.length > 0)
    .map(
      (series) =>
        `  ${series.name}: ${[0.5, 0.9, 0.99, 1].map((f) => `p${f * 100} ${rank(series.values, f)}`).join(', ')}`,
    );
  const notes = outcome.notes.map((note) => `! ${note}`);
  const verdict = passed(outcome) ? 'se cumplen todos los requisitos' : 'NO se cumplen todos los requisitos';
  return [
    ...(outcome.table
      ? [...textTable([outcome.table.columns, ...outcome.table.rows.map((row) => row.map(String))]), '']
      : []),
    ...lines,
    ...figures,
    ...notes,
    `${outcome.experiment}: ${verdict} (${outcome.seconds.toFixed(1)} s)`,
  ].join('\n');
}

/** As `npm test` ends: counted by .ci/run. */
export function closing({ requirements }: Outcome): string {
  const met = requirements.filter((requirement) => requirement.met).length;
  return `${met} passed, ${requirements.length - met} failed`;
}

const rank = (values: readonly number[], fraction: number): string =>
  String(Math.round(percentilesOf(values)(fraction) ?? 0));

export function toHtml(outcome: Outcome): string {
  const rows = outcome.requirements
    .map(
      ({ met, name, expected, measured }) =>
        `<tr class="${met ? 'si' : 'no'}"><td>${met ? '✓ se cumple' : '✗ no se cumple'}</td><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(expected)}</td><td>${escapeHtml(measured)}</td></tr>`,
    )
    .join('\n');
  return htmlPage(
    `Experimento: ${outcome.experiment}`,
    `<p class="${passed(outcome) ? 'si' : 'no'}"><strong>${passed(outcome) ? 'Se cumplen todos los requisitos' : 'No se cumplen todos los requisitos'}</strong></p>
<dl><dt>inicio</dt><dd>${escapeHtml(outcome.started)}</dd><dt>duración</dt><dd>${outcome.seconds.toFixed(1)} s</dd>${definitions(outcome.conditions)}</dl>
<table><thead><tr><th>Veredicto</th><th>Requisito</th><th>Se exige</th><th>Se midió</th></tr></thead><tbody>${rows}</tbody></table>
${outcome.table ? htmlTable(outcome.table) : ''}
${outcome.series
  .filter((series) => series.values.length > 0)
  .map(histogram)
  .join('\n')}
${outcome.notes.map((note) => `<p class="nota">${escapeHtml(note)}</p>`).join('\n')}`,
  );
}

function htmlTable({ columns, rows }: NonNullable<Outcome['table']>): string {
  const cells = (row: readonly (string | number)[], tag: string) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(String(cell))}</${tag}>`).join('')}</tr>`;
  return `<div class="ancho"><table><thead>${cells(columns, 'th')}</thead><tbody>${rows.map((row) => cells(row, 'td')).join('\n')}</tbody></table></div>`;
}

const BARS = 40;
const WIDTH = 640;
const HEIGHT = 160;

function histogram(series: Outcome['series'][number]): string {
  const top = Math.max(...series.values, 1);
  const counts = Array.from({ length: BARS }, () => 0);
  for (const value of series.values) counts[Math.min(BARS - 1, Math.floor((value / top) * BARS))]! += 1;
  const highest = Math.max(...counts);
  const bars = counts
    .map((count, index) => {
      const height = (count / highest) * HEIGHT;
      return `<rect x="${(index * WIDTH) / BARS}" y="${HEIGHT - height}" width="${WIDTH / BARS - 1}" height="${height}"><title>${count}</title></rect>`;
    })
    .join('');
  const limit =
    series.limit !== undefined && series.limit <= top
      ? `<line x1="${(series.limit / top) * WIDTH}" x2="${(series.limit / top) * WIDTH}" y1="0" y2="${HEIGHT}"/>`
      : '';
  const figures = [0.5, 0.9, 0.99, 1].map((fraction) => `<td>${rank(series.values, fraction)}</td>`).join('');
  return `<figure><figcaption>${escapeHtml(series.name)}: ${series.values.length} muestras${series.limit === undefined ? '' : `, límite ${series.limit}`}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 20}" role="img" aria-label="Histograma de ${escapeHtml(series.name)}">${bars}${limit}<text x="0" y="${HEIGHT + 16}">0</text><text x="${WIDTH}" y="${HEIGHT + 16}" text-anchor="end">${Math.round(top)}</text></svg>
<table><thead><tr><th>p50</th><th>p90</th><th>p99</th><th>máx.</th></tr></thead><tbody><tr>${figures}</tr></tbody></table></figure>`;
}
