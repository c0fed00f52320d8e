import { tooManyRequests, unavailable } from '@medisupply/shared/http/app-error';
import type { Caller } from '@medisupply/shared/http/caller';
import { callerName, isAdmin } from '@medisupply/shared/http/caller';

const MAX_PER_CALLER = 8;
/** Of all, and of them those that only an Admin and services get: accounts cost nothing, and somebody must go on seeing. */
const MAX_STREAMS = 1_000;
const KEPT = 100;
const RETRY_SECONDS = 10;

/** Who has an event stream open, and from where. */
export interface StreamPlaces {
  /** @throws AppError 429 too many of this caller or address; 503 of all */
  assertRoom: (caller: Caller, address: string) => void;
}

export interface Place {
  caller: Caller;
  /** The client's. */
  address: string;
}

export function createStreamPlaces(taken: ReadonlySet<Place>, perAddress: number): StreamPlaces {
  const count = (is: (place: Place) => boolean) => {
    let found = 0;
    for (const place of taken) if (is(place)) found += 1;
    return found;
  };
  const isFirst = (caller: Caller) => caller.kind === 'service' || isAdmin(caller);

  return {
    assertRoom(caller, address) {
      const name = callerName(caller);
      if (count((place) => callerName(place.caller) === name) >= MAX_PER_CALLER)
        throw refused(`Ya hay ${MAX_PER_CALLER} flujos de eventos abiertos con esta cuenta`);
      if (isFirst(caller)) {
        if (taken.size >= MAX_STREAMS) throw full();
        return;
      }
      if (count((place) => place.address === address && !isFirst(place.caller)) >= perAddress)
        throw refused(`Ya hay ${perAddress} flujos de eventos abiertos desde esta dirección`);
      if (count((place) => !isFirst(place.caller)) >= MAX_STREAMS - KEPT || taken.size >= MAX_STREAMS)
        throw full();
    },
  };
}

const refused = (message: string) => tooManyRequests(message, RETRY_SECONDS, 'flujos');

const full = () =>
  unavailable('Hay demasiados flujos de eventos abiertos', RETRY_SECONDS, undefined, 'flujos');
