/** How a new service is called in each place that names it. */
export interface NewService {
  /** `mi-servicio` */
  name: string;
  /** `Mi servicio` */
  title: string;
  /** `MI_SERVICIO` */
  variable: string;
  /** `mi_servicio` */
  snake: string;
  /** `miServicio` */
  camel: string;
  /** `MiServicio` */
  pascal: string;
  port: number;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** The longest that an id of a service key may be. */
const MAX_LENGTH = 32;

/** Processes, workspaces, secrets folders and files of the data folder that are no services. */
const RESERVED = new Set([
  'api-client',
  'default',
  'experimentos',
  'front-door',
  'frontend',
  'gateway',
  'jwks',
  'metrics',
  'operator',
  'redis',
  'secrets',
  'servicio-plantilla',
  'setup',
  'shared',
  'worker',
]);

/** Why nothing can be called that; undefined for a good name. */
export function whyNotName(name: string): string | undefined {
  if (!NAME.test(name)) {
    const proposal = kebab(name);
    const hint = NAME.test(proposal) ? `; por ejemplo ${proposal}` : '; por ejemplo mi-servicio';
    return `«${name}» no sirve como nombre: solo minúsculas, cifras y guiones, y empieza por una letra${hint}`;
  }
  if (name.length > MAX_LENGTH) {
    return `«${name}» es demasiado largo: ${name.length} caracteres y caben ${MAX_LENGTH}`;
  }
  if (RESERVED.has(name))
    return `«${name}» está reservado para una parte de la plataforma; elija otro nombre`;
  return undefined;
}

const kebab = (text: string) =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-$/g, '');

export function newServiceOf(name: string, port: number): NewService {
  const words = name.split('-');
  const pascal = words.map(capital).join('');
  return {
    name,
    title: capital(words.join(' ')),
    variable: words.join('_').toUpperCase(),
    snake: words.join('_'),
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    port,
  };
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** What the template says in the place of the names of `service`. */
export const fillTemplate = (text: string, service: NewService): string =>
  text
    .replaceAll('Servicio plantilla', service.title)
    .replaceAll('servicio-plantilla', service.name)
    .replaceAll('servicio_plantilla', service.snake)
    .replaceAll('servicioPlantilla', service.camel)
    .replaceAll('ServicioPlantilla', service.pascal)
    .replaceAll('SERVICIO_PLANTILLA', service.variable)
    .replaceAll('5999', String(service.port));
