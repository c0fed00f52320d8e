import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { redisEnvironment } from '../../src/config/environment.ts';
import { ConfigError, loadConfig } from '../../src/config/load-config.ts';
import { hostsOf, parseRedisUrl, withUser } from '../../src/config/redis-url.ts';

describe('when an address is read', () => {
  test.each([
    ['redis://127.0.0.1', { kind: 'single', tls: false, hosts: [{ host: '127.0.0.1', port: 6379 }] }],
    ['rediss://ana:c%40ve@redis.local:7000/1', { tls: true, username: 'ana', password: 'c@ve', path: '/1' }],
    [
      'redis+sentinel://u:p@a:26379,b:26380,c/mymaster',
      {
        kind: 'sentinel',
        username: 'u',
        password: 'p',
        path: '/mymaster',
        hosts: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 26_380 },
          { host: 'c', port: 26_379 },
        ],
      },
    ],
    ['rediss+sentinel://:p:q@a/m-1', { kind: 'sentinel', tls: true, username: '', password: 'p:q' }],
    [
      'redis+cluster://worker@[::1]:7001,b',
      {
        kind: 'cluster',
        username: 'worker',
        hosts: [
          { host: '::1', port: 7001 },
          { host: 'b', port: 6379 },
        ],
      },
    ],
    ['rediss+cluster://a/', { kind: 'cluster', tls: true }],
  ])('%s', (text, expected) => expect(parseRedisUrl(text)).toMatchObject(expected));
});

test.each([
  ['http://a', /Debe empezar por redis:\/\//],
  ['redis+otro://a', /Debe empezar por redis:\/\//],
  ['redis://a,b', /Con varias direcciones/],
  ['redis://', /Falta un host/],
  ['redis+cluster://a,,b', /Falta un host/],
  ['redis+cluster://a:99999', /Falta un host/],
  ['redis+cluster://a b', /Falta un host/],
  ['redis+sentinel://a,b', /nombre del maestro: redis\+sentinel:\/\//],
  ['redis+sentinel://a/mymaster/1', /nombre del maestro/],
  ['redis+sentinel://a/mymaster?db=1', /nombre del maestro/],
  ['redis+cluster://a/1', /no tiene más bases que la 0/],
  ['redis://u:100%@a', /%25/],
])(
  'when the address is %s, then the start is refused with the key and the remedy, never the password',
  (url, remedy) => {
    const withPassword = url.replace('://', '://:secreta@').replace('secreta@u:', 'secreta');
    for (const REDIS_URL of [url, withPassword]) {
      const load = () => loadConfig(z.object(redisEnvironment), { env: { REDIS_URL } });
      expect(load).toThrow(ConfigError);
      expect(load).toThrow(/^Configuración no válida:\n {2}- REDIS_URL: /);
      expect(load).toThrow(remedy);
      expect(load).not.toThrow(/secreta/);
    }
  },
);

test.each(['REDIS_CA_FILE', 'REDIS_SENTINEL_PASSWORD_FILE'])(
  'when %s names a file that is not there, then the start is refused',
  (key) => {
    const load = () => loadConfig(z.object(redisEnvironment), { env: { [key]: '/no/existe' } });
    expect(load).toThrow(new RegExp(`- ${key}: No se puede leer \\(ENOENT\\)`));
  },
);

test.each([
  ['redis://a:1/2', 'redis://worker@a:1/2'],
  ['redis://u:p@a:1', 'redis://worker@a:1'],
  ['redis+sentinel://u:p@a,b/m', 'redis+sentinel://worker@a,b/m'],
  ['rediss+cluster://a,b', 'rediss+cluster://worker@a,b'],
])('when %s is for another user, then it is %s', (text, expected) => {
  expect(withUser(text, 'worker')).toBe(expected);
  expect(parseRedisUrl(withUser(text, ''))).toMatchObject({ username: '', password: '' });
});

test('when hosts are named, then each with its port', () => {
  expect(hostsOf('redis+sentinel://u:p@a,b:1/m')).toBe('a:26379, b:1');
});
