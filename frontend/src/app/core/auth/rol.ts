import type { AutorizadorOperations } from '@medisupply/api-client/operations';

export type Rol = AutorizadorOperations['GET /usuarios']['answer'][number]['roles'][number];
