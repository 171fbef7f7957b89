import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Recorded, Recording, together } from '../../domain/recorded.ts';
import { JOURNAL_FILE, listRuns, runFolder } from '../layout.ts';
import { schemaValidator } from './replay.ts';
import { scan, START } from './scan.ts';

/** What is older says little about the project as it is. */
const RUNS = 20;
/** Of one journal, in bytes: a night with a thousand attempts has a quarter of it. */
const SIZE = 16_000_000;

/**
 * What the newest runs took. A journal that is too large or cannot be read is left out and counted: an estimate is no
 * reason to refuse anything.
 */
export async function readRecorded(teams: string): Promise<{ recorded: Recorded; unreadable: number }> {
  const runs = (await listRuns(teams)).slice(-RUNS);
  const validate = await schemaValidator();
  const read: Recorded[] = [];
  for (const runId of runs) {
    const recording = new Recording();
    const path = join(runFolder(teams, runId), JOURNAL_FILE);
    try {
      const { size } = await stat(path);
      const scanned =
        size > SIZE ? null : await scan(path, START, (event) => recording.event(event), validate);
      if (scanned?.ok === true) read.push(recording.recorded);
    } catch {
      // Removed or made unreadable since it was listed.
    }
  }
  return { recorded: together(read), unreadable: runs.length - read.length };
}
