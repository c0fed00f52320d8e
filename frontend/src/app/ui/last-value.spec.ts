import type { Resource } from '@angular/core';
import { signal } from '@angular/core';
import { lastValue } from './last-value';

test('when a resource fails or is read again, then what it gave last stays, but not for another key', () => {
  const id = signal('a');
  const value = signal<number | undefined>(1);
  const source = { hasValue: () => value() !== undefined, value } as unknown as Resource<number | undefined>;
  const last = lastValue(source, id);
  expect(last()).toBe(1);
  value.set(undefined);
  expect(last()).toBe(1);
  value.set(2);
  expect(last()).toBe(2);
  value.set(undefined);
  id.set('b');
  expect(last()).toBeUndefined();
});
