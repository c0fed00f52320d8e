import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { AutorizadorOperations } from '@medisupply/api-client/operations';
import type { Translated } from '../core/i18n/translated';
import type en from './i18n/en.json';
import type es from './i18n/es.json';

export type Usuario = AutorizadorOperations['GET /usuarios']['answer'][number];

/** By what they allow. Their texts are below `usuarios.rol`. */
const ORDER: Readonly<Record<Translated<Rol, typeof es.rol, typeof en.rol>, number>> = {
  usuario: 0,
  Mensajero: 1,
  Despacho: 2,
  System: 3,
  Admin: 4,
};

export const inOrder = (roles: readonly Rol[]): Rol[] => roles.toSorted((a, b) => ORDER[a] - ORDER[b]);
