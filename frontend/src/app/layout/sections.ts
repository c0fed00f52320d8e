import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { IconName } from '../ui/icons';

export interface Section {
  path: string;
  /** Below `nav.` in the core texts. */
  key: string;
  icon: IconName;
  /** In the bar of a phone; the others are behind "More". */
  first?: boolean;
  role?: Rol;
}

export const SECTIONS: readonly Section[] = [
  { path: '/entregas', key: 'entregas', icon: 'truck', first: true },
  { path: '/confirmar', key: 'confirmar', icon: 'signature', first: true },
  { path: '/inventario', key: 'inventario', icon: 'boxes', first: true },
  { path: '/tareas', key: 'tareas', icon: 'list-checks', first: true },
  { path: '/monitor', key: 'monitor', icon: 'activity' },
  { path: '/firmas', key: 'firmas', icon: 'key-round' },
  { path: '/seguridad', key: 'seguridad', icon: 'shield-check' },
  { path: '/usuarios', key: 'usuarios', icon: 'users', role: 'Admin' },
];
