/** «83 ms», «1,4 s», «2 min 5 s», «3 h 12 min». */
export function duration(ms: number, idioma: string): string {
  const of = (value: number, unit: string, digits = 0) =>
    new Intl.NumberFormat(idioma, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);
  if (ms < 1_000) return of(Math.round(ms), 'millisecond');
  if (ms < 60_000) return of(ms / 1_000, 'second', 1);
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${of(Math.floor(seconds / 60), 'minute')} ${of(seconds % 60, 'second')}`;
  const minutes = Math.round(seconds / 60);
  return `${of(Math.floor(minutes / 60), 'hour')} ${of(minutes % 60, 'minute')}`;
}
