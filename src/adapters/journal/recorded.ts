import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Recorded, Recording, together } from '../../domain/recorded.ts';
import { JOURNAL_FILE, listRuns, runFolder } from '../layout.ts';
import { schemaValidator } from './replay.ts';
import { scan, START } from './scan.ts';

/** What is older says little about the project as it is. */
const RUNS = 20;
/** In bytes, of one journal and of all together: a night of fifty epics has less than one million. */
const [ONE, ALL] = [8_000_000, 16_000_000];

/**
 * What the newest runs took, as far back as the limits reach. A journal that is too large or cannot be read is left out
 * and counted: an estimate is no reason to refuse anything.
 */
export async function readRecorded(teams: string): Promise<{ recorded: Recorded; leftOut: number }> {
  const runs = (await listRuns(teams)).slice(-RUNS).toReversed();
  const validate = await schemaValidator();
  const read: Recorded[] = [];
  let leftOut = 0;
  let budget = ALL;
  for (const runId of runs) {
    const recording = new Recording();
    const path = join(runFolder(teams, runId), JOURNAL_FILE);
    try {
      const { size } = await stat(path);
      if (size <= ONE && size > budget) break;
      const scanned =
        size > ONE ? null : await scan(path, START, (event) => recording.event(event), validate);
      if (scanned?.ok === true) {
        budget -= size;
        read.push(recording.recorded);
        continue;
      }
    } catch {
      // Removed or made unreadable since it was listed.
    }
    leftOut += 1;
  }
  return { recorded: together(read), leftOut };
}
