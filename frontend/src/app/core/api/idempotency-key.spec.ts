import { IdempotencyKey } from './idempotency-key';

test('when the same body is sent again, then its key is the same, until it was accepted or the body changes', () => {
  const key = new IdempotencyKey();
  const first = key.headersFor({ cantidad: 3 });
  expect(key.headersFor({ cantidad: 3 })).toEqual(first);
  const other = key.headersFor({ cantidad: 4 });
  expect(other).not.toEqual(first);
  key.renew();
  expect(key.headersFor({ cantidad: 4 })).not.toEqual(other);
});
