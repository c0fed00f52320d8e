type Cell = string | number;

/** Columns as wide as their longest cell; numbers to the right. */
export function table(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map((row) => shown(row[column] ?? '').length)),
  );
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? shown(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(headers), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const shown = (cell: Cell): string => (typeof cell === 'number' ? String(cell).replace('.', ',') : cell);

/** `7 s`, `4 min`, `3 h`, `2 d`: how long something took or lasts. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

export const since = (iso: string): string =>
  `hace ${duration(Math.max(0, Date.now() - Date.parse(iso)) / 1_000)}`;

export const until = (iso: string): string =>
  `en ${duration(Math.max(0, Date.parse(iso) - Date.now()) / 1_000)}`;
