import type { ListedService } from '@medisupply/shared/services';

export interface Problem {
  /** From the root. */
  file: string;
  what: string;
  remedy: string;
}

export type Problems = Iterable<Problem>;

/** Name of a service in the compose file and in the manifests. */
export const composeNameOf = ({ name, gateway }: ListedService) => (gateway ? `m-${name}` : name);
