import type { Scope } from './contracts/vocabulary.ts';

/**
 * The services of the platform, each entered once: the launcher, the gateway, the secrets, the monitor and the documents
 * are made from this list or compared with it. `npm run new-service` adds to it (docs/add-a-service.md).
 */
export interface Service {
  /** Folder below `services/`, folder of its secrets, and the name under which it logs and is measured. */
  name: string;
  /** For people. */
  title: string;
  /** Begins its environment keys: `<variable>_PORT` is where it listens, `<variable>_URL` where others find it. */
  variable: string;
  /** Default port. */
  port: number;
  /** The gateway passes `/api/v1/<path>/X` on to its `<base>/X`. Absent: not behind the gateway. */
  gateway?: { path: string; base?: string };
  /** File name of its database, without `.db`. */
  database?: string;
  /** A key under its name: what it shows to other services, or programs of its kind do; absent: there is none. */
  serviceKey?: { id: string; scopes: readonly Scope[] };
}

const LIST = [
  {
    name: 'autorizador',
    title: 'Autorizador',
    variable: 'AUTORIZADOR',
    port: 5003,
    gateway: { path: 'autorizador' },
    database: 'autorizador',
  },
  {
    name: 'logistica-inventario',
    title: 'Logística',
    variable: 'LOGISTICA',
    port: 5002,
    gateway: { path: 'logistica' },
    database: 'logistica',
    serviceKey: { id: 'logistica', scopes: ['firmas', 'pruebas'] },
  },
  {
    name: 'monitor',
    title: 'Monitor',
    variable: 'MONITOR',
    port: 5001,
    gateway: { path: 'monitor', base: '/monitor' },
    database: 'monitor',
    serviceKey: { id: 'monitor', scopes: ['metrics'] },
  },
  {
    name: 'bull-board',
    title: 'Bull Board',
    variable: 'BULL_BOARD',
    port: 5555,
  },
] as const satisfies readonly Service[];

/** As clients of the platform know a service: `logistica_inventario`. */
export const wireName = (service: string): string => service.replaceAll('-', '_');

type Variable = (typeof LIST)[number]['variable'];
export type ServicePort = `${Variable}_PORT`;
export type ServiceUrl = `${Variable}_URL`;
export type ListedService = Service & { variable: Variable };

export const SERVICES: readonly ListedService[] = LIST;

export const portVariable = (service: ListedService): ServicePort => `${service.variable}_PORT`;
export const urlVariable = (service: ListedService): ServiceUrl => `${service.variable}_URL`;

/** Something of each service, by its environment key. */
export const byPortVariable = <T>(of: (service: ListedService) => T): Record<ServicePort, T> =>
  Object.fromEntries(SERVICES.map((service) => [portVariable(service), of(service)])) as Record<
    ServicePort,
    T
  >;
export const byUrlVariable = <T>(of: (service: ListedService) => T): Record<ServiceUrl, T> =>
  Object.fromEntries(SERVICES.map((service) => [urlVariable(service), of(service)])) as Record<ServiceUrl, T>;
