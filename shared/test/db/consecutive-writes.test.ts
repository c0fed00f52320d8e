import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestDatabase } from '../../src/testing/test-database.ts';
import { openTestDatabase } from '../../src/testing/test-database.ts';

let fixture: TestDatabase<object>;

beforeEach(async () => {
  fixture = await openTestDatabase({});
});

afterEach(() => fixture.close());

const write = () => fixture.database.unitOfWork.write(() => Promise.resolve('escrito'));

test('when a write follows any number of microtasks after another one resolved, then it is not forgotten', async () => {
  for (let microtasks = 0; microtasks < 20; microtasks++) {
    await write();
    for (let i = 0; i < microtasks; i++) await Promise.resolve();
    expect(await write()).toBe('escrito');
  }
}, 5_000);
