import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TeamsEvent } from '../src/domain/events.ts';
import { journalOf } from './project.ts';

/** The journal of a run that goes on, as soon as `count` sessions are at work. */
export async function whenAtWork(folder: string, count: number): Promise<readonly TeamsEvent[]> {
  for (let waited = 0; waited < 60_000; waited += 100) {
    await sleep(100);
    if (!existsSync(join(folder, '.teams', 'runs'))) continue;
    const events = journalOf(folder);
    if (events.filter(({ type }) => type === 'process.started').length >= count) return events;
  }
  throw new Error(`${count} sessions were not at work after a minute`);
}

/** The process of `teams` itself, whatever it was started through. */
export function pidOf(events: readonly TeamsEvent[]): number {
  const [first] = events;
  if (first?.type !== 'run.started') throw new Error('the journal does not begin with run.started');
  return first.pid;
}
