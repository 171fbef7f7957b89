import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventPayload } from '../../src/domain/events.ts';
import { tell } from '../report/story.ts';

export const RUN_ID = '20260101-1000-abcdzz';

/** A checkout with nothing but what commands that only look need. */
export async function makeCheckout(): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'teams look é ')));
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  return root;
}

/** Writes the journal of a run as a crash would leave it: without a snapshot. Returns the folder of the run. */
export async function writeRun(
  root: string,
  payloads: readonly EventPayload[],
  runId = RUN_ID,
): Promise<string> {
  const folder = join(root, '.teams', 'runs', runId);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'journal.ndjson'), journalOf(payloads));
  return folder;
}

/** Lines of a journal; `from` leaves out the first ones. */
export const journalOf = (payloads: readonly EventPayload[], from = 0): string =>
  tell(payloads)
    .steps.slice(from)
    .map(({ event }) => `${JSON.stringify(event)}\n`)
    .join('');
