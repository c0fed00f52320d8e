import { describe, expect, it } from 'vitest';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { Caller } from '@medisupply/shared/http/caller';
import type { Place } from '../src/eventos/stream-places.ts';
import { createStreamPlaces } from '../src/eventos/stream-places.ts';

const user = (usuario_id: number, role: Rol = 'usuario'): Caller => ({
  kind: 'user',
  usuario_id,
  nombre: `usuario ${usuario_id}`,
  roles: [role],
  token_version: 1,
  jti: '',
  exp: 0,
});
const service: Caller = { kind: 'service', id: 'operator', scopes: ['monitor'] };

function room(perAddress = 200) {
  const taken = new Set<Place>();
  const { assertRoom } = createStreamPlaces(taken, perAddress);
  /** Opens as many as it gets, and says how many that were. */
  const open = (caller: Caller, address: string, wanted = 1): number => {
    for (let opened = 0; opened < wanted; opened++) {
      try {
        assertRoom(caller, address);
      } catch {
        return opened;
      }
      taken.add({ caller, address });
    }
    return wanted;
  };
  return { taken, assertRoom, open };
}

describe('places of event streams', () => {
  it('when 126 accounts take all they get, then an Admin and a service still get theirs', () => {
    const { taken, open, assertRoom } = room();
    for (let id = 1; id <= 126; id++) open(user(id), `10.0.0.${id}`, 8);
    expect(taken.size).toBe(900);
    expect(() => assertRoom(user(500), '10.0.1.1')).toThrow(
      expect.objectContaining({ status: 503, reason: 'flujos' }),
    );
    expect(open(user(1_000, 'Admin'), '10.0.0.1', 9)).toBe(8);
    expect(open(service, '10.0.0.1', 9)).toBe(8);
  });

  it('when one address opens more than its share, then 429, others go on, and an Admin there as well', () => {
    const { open, assertRoom } = room(20);
    for (let id = 1; id <= 3; id++) open(user(id), '10.0.0.1', 8);
    expect(() => assertRoom(user(4), '10.0.0.1')).toThrow(
      expect.objectContaining({
        status: 429,
        message: 'Ya hay 20 flujos de eventos abiertos desde esta dirección',
      }),
    );
    expect(open(user(4), '10.0.0.2')).toBe(1);
    expect(open(user(5, 'Admin'), '10.0.0.1')).toBe(1);
  });

  it('when Admins open as many as there are, then there is an end to it', () => {
    const { open } = room();
    let opened = 0;
    for (let id = 1; id <= 126; id++) opened += open(user(id, 'Admin'), '10.0.0.1', 8);
    expect(opened).toBe(1_000);
    expect(open(user(500), '10.0.0.2')).toBe(0);
  });
});
