import type { Resource, Signal } from '@angular/core';
import { linkedSignal } from '@angular/core';

/**
 * What a resource gave last for the same `key`: it stays on the page while it is read again, and when that fails.
 *
 *     producto = resource({ params: () => this.id(), … });
 *     datos = lastValue(this.producto, this.id);
 */
export function lastValue<T, K>(source: Resource<T | undefined>, key: Signal<K>): Signal<T | undefined> {
  return linkedSignal<{ key: K; value: T | undefined }, T | undefined>({
    source: () => ({ key: key(), value: source.hasValue() ? source.value() : undefined }),
    computation: (now, before) =>
      now.value ?? (before && before.source.key === now.key ? before.value : undefined),
  }).asReadonly();
}
