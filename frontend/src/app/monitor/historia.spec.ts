import { joinPoints, lastHour } from './historia';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

test('when stored and live points are joined, then they are in order, of the last hour', () => {
  expect(
    joinPoints(
      [
        [30 * MINUTE, 9],
        [98 * MINUTE, 1],
        [99 * MINUTE, 2],
      ],
      [[99 * MINUTE - 1, 5]],
      NOW,
    ),
  ).toEqual([
    [98 * MINUTE, 1],
    [99 * MINUTE - 1, 5],
    [99 * MINUTE, 2],
  ]);
});

test('when nothing was measured for minutes, then the line is broken', () => {
  const stored = [
    [90 * MINUTE, 1],
    [95 * MINUTE, 2],
  ] as const;
  expect(joinPoints(stored, [], NOW)).toEqual([
    [90 * MINUTE, 1],
    [90 * MINUTE + 1, null],
    [95 * MINUTE, 2],
  ]);
});

test('when samples come every second, then those of the whole hour stay, and older ones go', () => {
  let samples: readonly { momento: number }[] = [];
  for (let momento = 0; momento <= 90 * MINUTE; momento += 1_000)
    samples = lastHour([...samples, { momento }], momento);
  expect([samples.length, samples[0], samples.at(-1)]).toEqual([
    3_601,
    { momento: 30 * MINUTE },
    { momento: 90 * MINUTE },
  ]);
});
