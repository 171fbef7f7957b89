import { isDeepStrictEqual } from 'node:util';
import { findRepository } from '../adapters/find-repository.ts';
import { replay } from '../adapters/journal/replay.ts';
import { readSnapshot, snapshotFile } from '../adapters/journal/state.ts';
import { listRuns, runFolder, teamsFolder } from '../adapters/layout.ts';
import { StorageError } from '../adapters/storage-error.ts';
import type { Problem } from '../domain/problem.ts';
import { shellPath } from '../domain/shell-word.ts';

/**
 * What is wrong with the files of the newest run that is not as it should be; null: nothing. Commands read them without
 * checking every field, which would cost more than all else that `status` does. So before something that was thrown is
 * called a bug, they are checked.
 */
export async function brokenRun(cwd: string): Promise<Problem | null> {
  const root = await findRepository(cwd);
  if (!root.ok) return null;
  const teams = teamsFolder(root.value);
  try {
    for (const runId of (await listRuns(teams)).toReversed()) {
      const problem = await problemOf(runFolder(teams, runId));
      if (problem !== null) return problem;
    }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
  return null;
}

async function problemOf(folder: string): Promise<Problem | null> {
  const replayed = await replay(folder, { validate: true });
  if (!replayed.ok) return replayed.error.code === 'empty-journal' ? null : replayed.error;
  const snapshot = await readSnapshot(folder);
  if (snapshot === null) return null;
  // Only what came before it is in it.
  if (snapshot.place.seq !== replayed.value.seq || isDeepStrictEqual(snapshot.state, replayed.value.state))
    return null;
  const file = snapshotFile(folder);
  return {
    code: 'broken-snapshot',
    what: 'what is kept of the state of the run does not fit its journal',
    where: file,
    fix: `rm ${shellPath(file)}   (nothing is lost: the journal has everything)`,
  };
}
