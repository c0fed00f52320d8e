/** What has to hold for any value, tried with random ones. A failure prints the seed that repeats it. */
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../src/http/app-error.ts';
import { decodeCursor, decodeTextCursor, encodeCursor, pageOf } from '../../src/http/pagination.ts';
import { signEnvelope, verifyEnvelope } from '../../src/queueing/wire/envelope.ts';
import { canonicalText } from '../../src/security/canonical-json.ts';

const QUEUE_KEY = 'a key of at least thirty-two characters';
const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme-composite' });

/** The same value with the members of every object in the opposite order. */
function turnedRound(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedRound);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, turnedRound(member)]),
  );
}

test('canonical JSON: one text per value, whatever the order of members, and nothing of the value is lost', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalText(value);
      expect(canonicalText(turnedRound(value))).toBe(text);
      expect(canonicalText(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

test('canonical JSON: different values have different texts', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const same = isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
      expect(canonicalText(a) === canonicalText(b)).toBe(same);
    }),
  );
});

const envelope = fc.record({
  v: fc.constant(1 as const),
  queue: fc.constantFrom('default', 'logistica', 'monitor'),
  name: fc.string({ minLength: 1, maxLength: 40 }),
  task_id: fc.uuid(),
  intento: fc.nat({ max: 50 }),
  params: fc.dictionary(fc.string(), json, { noNullPrototype: true }),
});

test('envelope: what was signed verifies after its way through Redis, under its own queue and name alone', () => {
  fc.assert(
    fc.property(envelope, (unsigned) => {
      const arrived: unknown = JSON.parse(JSON.stringify(signEnvelope(unsigned, QUEUE_KEY)));
      const { queue, name } = unsigned;
      expect(verifyEnvelope(arrived, { queue, name }, QUEUE_KEY)).toEqual(arrived);
      expect(verifyEnvelope(arrived, { queue: `${queue}x`, name }, QUEUE_KEY)).toBeUndefined();
      expect(verifyEnvelope(arrived, { queue, name: `${name}x` }, QUEUE_KEY)).toBeUndefined();
      expect(verifyEnvelope(arrived, { queue, name }, `${QUEUE_KEY}x`)).toBeUndefined();
    }),
  );
});

test('envelope: one changed member is enough to refuse it', () => {
  const members = fc.constantFrom('queue', 'name', 'task_id', 'intento', 'params', 'mac', 'v');
  fc.assert(
    fc.property(envelope, members, json, (unsigned, member, other) => {
      const signed = signEnvelope(unsigned, QUEUE_KEY);
      fc.pre(canonicalText(signed[member]) !== canonicalText(other));
      const changed: unknown = { ...signed, [member]: other };
      expect(verifyEnvelope(changed, { queue: signed.queue, name: signed.name }, QUEUE_KEY)).toBeUndefined();
    }),
  );
});

test('envelope: nothing that was not signed is taken, and nothing makes it throw', () => {
  fc.assert(
    fc.property(json, (data) => {
      expect(verifyEnvelope(data, { queue: 'logistica', name: 'x' }, QUEUE_KEY)).toBeUndefined();
    }),
  );
});

function outcomeOf(decode: () => unknown): unknown {
  try {
    return Number.isSafeInteger(decode()) ? 'integer' : 'something else';
  } catch (error) {
    return error instanceof AppError ? error.status : error;
  }
}

test('cursor: it comes back as it went out, and anything else is a number or a 400', () => {
  fc.assert(
    fc.property(fc.nat(), (key) => {
      expect(decodeCursor(encodeCursor(key))).toBe(key);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      expect(decodeTextCursor(encodeCursor(key))).toBe(key);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (cursor) => {
      expect(outcomeOf(() => decodeCursor(cursor))).toBeOneOf([400, 'integer']);
    }),
  );
});

test('pages: read one after another they show every row once, in order, whatever their size', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(), { maxLength: 60 }).map((ids) => ids.toSorted((a, b) => b - a)),
      fc.integer({ min: 1, max: 20 }),
      (ids, limit) => {
        const seen: number[] = [];
        let cursor: string | undefined;
        do {
          const before = decodeCursor(cursor);
          const rows = ids.filter((id) => before === undefined || id < before).slice(0, limit + 1);
          const page = pageOf(
            rows,
            limit,
            (id) => id,
            (id) => id,
          );
          seen.push(...page.items);
          cursor = page.next;
        } while (cursor !== undefined);
        expect(seen).toEqual(ids);
      },
    ),
  );
});
