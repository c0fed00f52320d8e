import type { Reporte } from '@medisupply/shared/contracts/logistica/reportes';

/** One table a spreadsheet can pivot: section, name, detail, value. */
export function toCsv(reporte: Reporte): string {
  const { entregas, confirmaciones, productos } = reporte;
  const { latencia_ms, ...counts } = confirmaciones;
  const rows: (string | number)[][] = [
    ['seccion', 'nombre', 'detalle', 'valor'],
    ['periodo', 'desde', '', reporte.periodo.desde],
    ['periodo', 'hasta', '', reporte.periodo.hasta],
    ['entregas', 'total', '', entregas.total],
    ...entregas.por_dia.map((row) => ['entregas', row.dia, row.estado, row.cantidad]),
    ...Object.entries(counts).map(([nombre, valor]) => ['confirmaciones', nombre, '', valor]),
    ...Object.entries(latencia_ms ?? {}).map(([nombre, valor]) => ['latencia_ms', nombre, '', valor]),
    ['firmas', 'rechazadas', '', reporte.firmas_rechazadas],
    ...productos.map((row) => ['productos', row.sku, row.nombre, row.unidades]),
  ];
  return `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/**
 * The beginning of a cell that a spreadsheet takes for a formula: a sign, also in its wide and small forms, at the
 * beginning or after what another setting of the spreadsheet takes for the end of a cell.
 */
const FORMULA = /(^|[;|\t\r\n])([\s\u200b\ufeff]*)(?=[=+\-@＝＋－＠﹦﹢﹣﹫])/g;

/** RFC 4180; what would be a formula is disarmed, as what begins with the end of a cell is. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const disarmed = value.replaceAll(FORMULA, "$1$2'");
  const safe = /^[\t\r\n;|]/.test(disarmed) ? `'${disarmed}` : disarmed;
  return /[",;|\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
