import { LIMITES } from '@medisupply/shared/contracts/vocabulary';

const PAGE = /^\/(?:entregas|confirmar)\/([1-9]\d{0,14})$/;

/** Where a code leads: to a delivery whose page it names, else it is looked for, as an order number or an id. */
export function placeOf(text: string, origin: string): { id?: string; buscar: string } {
  const buscar = text.trim().slice(0, LIMITES.filtro);
  if (!URL.canParse(text)) return { buscar };
  const url = new URL(text);
  const id = url.origin === origin ? PAGE.exec(url.pathname)?.[1] : undefined;
  return id === undefined ? { buscar } : { id, buscar };
}
