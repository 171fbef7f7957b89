import { join } from 'node:path';
import { scan, START } from '../../../src/adapters/journal/scan.ts';
import type { TeamsEvent } from '../../../src/domain/events.ts';
import { ok, type Outcome } from '../../../src/domain/problem.ts';

/** Every event of a run, in order. */
export async function readJournal(
  folder: string,
): Promise<Outcome<{ readonly events: readonly TeamsEvent[]; readonly torn: boolean }>> {
  const events: TeamsEvent[] = [];
  const scanned = await scan(join(folder, 'journal.ndjson'), START, (event) => events.push(event));
  return scanned.ok ? ok({ events, torn: scanned.value.torn }) : scanned;
}
