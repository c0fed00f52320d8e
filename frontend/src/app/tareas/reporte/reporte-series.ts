import type { Reporte } from '@medisupply/api-client/operations';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';

const DAY = 86_400_000;
/** A longer period is drawn by month. */
const MOST_DAYS = 92;

export interface Bar {
  /** `2026-05-20`, or `2026-05` of a long period. */
  cuando: string;
  creadas: number;
  entregadas: number;
}

/** Deliveries by the day they were created, days without any included: all, and those that are delivered by now. */
export function barsOf({ periodo, entregas }: Pick<Reporte, 'periodo' | 'entregas'>): Bar[] {
  const first = startOfDay(periodo.desde);
  // The end is excluded.
  const last = startOfDay(new Date(Date.parse(periodo.hasta) - 1).toISOString());
  const digits = (last - first) / DAY < MOST_DAYS ? 'AAAA-MM-DD'.length : 'AAAA-MM'.length;
  const bars = new Map<string, Bar>();
  for (let day = first; day <= last; day += DAY) {
    const cuando = new Date(day).toISOString().slice(0, digits);
    if (!bars.has(cuando)) bars.set(cuando, { cuando, creadas: 0, entregadas: 0 });
  }
  for (const { dia, estado, cantidad } of entregas.por_dia) {
    const bar = bars.get(dia.slice(0, digits));
    if (!bar) continue;
    bar.creadas += cantidad;
    if (estado === ESTADO_ENTREGA.entregada) bar.entregadas += cantidad;
  }
  return [...bars.values()];
}

const startOfDay = (moment: string): number => Date.parse(moment.slice(0, 10));

/** «20 may», «may 2026». */
export const barLabel = (cuando: string, idioma: string): string =>
  new Date(cuando).toLocaleDateString(idioma, {
    month: 'short',
    timeZone: 'UTC',
    ...(cuando.length > 'AAAA-MM'.length ? { day: 'numeric' } : { year: 'numeric' }),
  });
