import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventOf, EventPayload, TeamsEvent } from '../../src/domain/events.ts';

/** Folder of the newest run; run ids sort by time. Throws when there is none. */
export function runFolder(repo: string): string {
  const runs = join(repo, '.teams', 'runs');
  const newest = existsSync(runs) ? readdirSync(runs).toSorted().at(-1) : undefined;
  if (newest === undefined) throw new Error(`no run in ${repo}`);
  return join(runs, newest);
}

/** Every whole line of the journal of the newest run; a torn last line is left out, as `teams` does. */
export function journal(repo: string): readonly TeamsEvent[] {
  const text = readFileSync(join(runFolder(repo), 'journal.ndjson'), 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TeamsEvent);
}

/** The events of one type, in order. */
export const eventsOf = <T extends EventPayload['type']>(
  events: readonly TeamsEvent[],
  type: T,
): readonly EventOf<T>[] => events.filter((event) => event.type === type) as never;
