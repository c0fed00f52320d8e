import { measureBacklog } from './backlog.ts';
import { createCeilings } from './ceilings.ts';
import { startChild } from './child.ts';
import type { Options } from './command-line.ts';
import { measureConfirming } from './confirming.ts';
import { measureDoors } from './doors.ts';
import { measureFreeze } from './freeze.ts';
import type { Standing } from './idle.ts';
import { measureIdle, measureMemory } from './idle.ts';
import { measurePaths } from './paths.ts';
import type { Result } from './result.ts';
import { measureStreams } from './streams.ts';
import { startSubject } from './subject.ts';

/** Sizes for each second that one measurement lasts. */
const CONFIRMED = 2_000;
const BACKLOG = 4_000;
/** An open loop is looked at for longer: its tail is what counts. */
const OPEN_LOOP = 4;
const IDLE_SECONDS = 10;

export async function measureAll({
  quick,
  seconds,
}: Pick<Options, 'quick' | 'seconds'>): Promise<{ results: Result[]; standings: Standing[] }> {
  const results: Result[] = [];
  const standings: Standing[] = [];
  const report = (result: Result) => {
    results.push(result);
    process.stderr.write(`· ${result.name}: ${Math.round(result.perSecond)}/s\n`);
  };
  const generator = await startChild('load/generator.ts');
  const subject = await startSubject();
  try {
    const ceilings = createCeilings(subject, generator, { seconds, report });
    const run = { subject, generator, ceilings, report, seconds };
    if (!quick) standings.push(await measureIdle(subject, 'en reposo', IDLE_SECONDS));
    await measureConfirming(run, {
      count: Math.round(seconds * CONFIRMED),
      rates: quick ? [100] : [100, 300, 500],
      seconds: seconds * OPEN_LOOP,
    });
    if (!quick) {
      await measurePaths(run);
      await measureDoors(run);
      await measureBacklog(run, Math.round(seconds * BACKLOG));
      await measureStreams(run);
      await measureFreeze(run);
    }
    standings.push(measureMemory(subject, 'después de medir'));
  } finally {
    await subject.close();
    await generator.close();
  }
  return { results, standings };
}
