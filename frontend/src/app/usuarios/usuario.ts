import type { AutorizadorOperations } from '@medisupply/api-client/operations';
import type { Rol } from '../core/auth/rol';

export type Usuario = AutorizadorOperations['GET /usuarios']['answer'][number];

/** In the order of what they allow. */
export const ROLES: readonly Rol[] = ['usuario', 'System', 'Admin'];

export const inOrder = (roles: readonly Rol[]): Rol[] => ROLES.filter((rol) => roles.includes(rol));
