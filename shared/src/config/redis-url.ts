/** What `REDIS_URL` may be: one Redis, one that sentinels watch over, or a Cluster; each with TLS as well. */
interface Host {
  host: string;
  port: number;
}

export interface RedisUrl {
  kind: 'single' | 'sentinel' | 'cluster';
  tls: boolean;
  username: string;
  password: string;
  hosts: Host[];
  /** The name under which the sentinels know the master; of one Redis what follows the host, such as `/1`. */
  path: string;
}

const FORM =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<credentials>[^/?#]*)@)?(?<hosts>[^/?#]*)(?<path>.*)$/;
const DEFAULT_PORT = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;

/** @throws Error that says what is wrong with it, never with what it holds */
export function parseRedisUrl(text: string): RedisUrl {
  const { scheme, kind = 'single', credentials = '', hosts = '', path = '' } = FORM.exec(text)?.groups ?? {};
  if (scheme === undefined)
    throw new Error(
      'Debe empezar por redis://, redis+sentinel:// o redis+cluster://, o con TLS por rediss://, rediss+…',
    );
  const url: RedisUrl = {
    kind: kind as RedisUrl['kind'],
    tls: scheme === 'rediss',
    ...credentialsOf(credentials),
    hosts: hosts.split(',').map((host) => hostOf(host, DEFAULT_PORT[kind as RedisUrl['kind']])),
    path,
  };
  if (url.kind === 'single' && url.hosts.length > 1)
    throw new Error('Con varias direcciones debe empezar por redis+sentinel:// o redis+cluster://');
  if (url.kind === 'sentinel' && !/^\/[\w.-]+$/.test(path))
    throw new Error(
      'Tras los centinelas va solo el nombre del maestro: redis+sentinel://host1:26379,host2:26379/mymaster',
    );
  if (url.kind === 'cluster' && path !== '' && path !== '/')
    throw new Error('Tras los nodos de un Cluster no va nada, y no tiene más bases que la 0: quite lo demás');
  return url;
}

/** The same Redis for another user, whose password stands elsewhere. */
export const withUser = (text: string, username: string): string =>
  text.replace(/^([a-z+]+:\/\/)(?:[^/?#]*@)?/, username ? `$1${encodeURIComponent(username)}@` : '$1');

/** `host:port` of each, for messages. */
export const hostsOf = (text: string): string =>
  parseRedisUrl(text)
    .hosts.map(({ host, port }) => `${host}:${port}`)
    .join(', ');

function credentialsOf(text: string): Pick<RedisUrl, 'username' | 'password'> {
  const [username = '', ...password] = text.split(':');
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password.join(':')) };
  } catch {
    throw new Error('El usuario y la contraseña llevan % sin codificar: escríbalo %25');
  }
}

function hostOf(text: string, fallback: number): Host {
  // A scheme that has a port of its own would lose that one.
  const url = `redis://${text}`;
  const { hostname, port } = URL.canParse(url) ? new URL(url) : { hostname: '', port: '' };
  if (hostname === '' || text.includes('@'))
    throw new Error('Falta un host, o uno no lo es: van separados por comas, host1:6379,host2:6379');
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? fallback : Number(port) };
}
