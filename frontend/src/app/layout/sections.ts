import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { Sesion } from '../core/auth/sesion';
import type { IconName } from '../ui/icons';

type Reader = Pick<Sesion, 'hasRole'>;

export interface Section {
  path: string;
  /** Below `nav.` in the core texts. */
  key: string;
  icon: IconName;
  /** In the bar of a phone; the others are behind "More". */
  first?: boolean;
  role?: Rol;
  /** Not part of a courier's day. */
  office?: boolean;
}

const SECTIONS: readonly Section[] = [
  { path: '/entregas', key: 'entregas', icon: 'truck', first: true },
  { path: '/confirmar', key: 'confirmar', icon: 'signature', first: true },
  { path: '/inventario', key: 'inventario', icon: 'boxes', first: true },
  { path: '/tareas', key: 'tareas', icon: 'list-checks', first: true, office: true },
  { path: '/monitor', key: 'monitor', icon: 'activity', office: true },
  { path: '/firmas', key: 'firmas', icon: 'key-round', office: true },
  { path: '/seguridad', key: 'seguridad', icon: 'shield-check', office: true },
  { path: '/usuarios', key: 'usuarios', icon: 'users', role: 'Admin' },
];

/** Who carries deliveries and does nothing else. */
const isOnlyCourier = (reader: Reader): boolean =>
  reader.hasRole('Mensajero') && !reader.hasRole('Despacho', 'Admin');

/** The page that a user begins with. */
export const startOf = (reader: Reader): string => (isOnlyCourier(reader) ? '/confirmar' : '/entregas');

/** What the navigation offers, the start page first. Whoever knows an address can open it all the same. */
export function sectionsOf(reader: Reader): Section[] {
  const shown = SECTIONS.filter(
    ({ role, office }) =>
      (role === undefined || reader.hasRole(role)) && !(office === true && isOnlyCourier(reader)),
  );
  const start = startOf(reader);
  return shown.toSorted((a, b) => Number(b.path === start) - Number(a.path === start));
}
