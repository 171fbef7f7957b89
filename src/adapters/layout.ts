import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder } from './private-files.ts';
import { StorageError } from './storage-error.ts';

/** Names of everything below `.teams/`. */
export const JOURNAL_FILE = 'journal.ndjson';
export const SNAPSHOT_FILE = 'state.json';

export const teamsFolder = (root: string): string => join(root, '.teams');
export const lockFile = (teams: string): string => join(teams, 'lock');
export const runFolder = (teams: string, runId: string): string => join(teams, 'runs', runId);
export const worktreesFolder = (teams: string, runId: string): string => join(teams, 'worktrees', runId);

/** Throws `StorageError`. */
export async function makeTeamsFolder(root: string): Promise<string> {
  const teams = teamsFolder(root);
  await makePrivateFolder(teams);
  return teams;
}

const RUN_ID = /^\d{8}-\d{4}-[a-z0-9]{6}$/;
const ID_LENGTH = '20261121-0211-k3f9xq'.length;
/** In ASCII order, so that ids sort as the numbers do. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

/**
 * Such as 20261121-0211-k3f9xq: sorts by time (UTC), to the millisecond. The last part is where in the minute it was, and
 * `random` (in [0, 1), like `Math.random`), because what a crash left behind is found by the id, whatever the repository.
 */
export function newRunId(now: Date, random: () => number = Math.random): string {
  const digits = now.toISOString().replace(/\D/g, '');
  let rest = (now.getUTCSeconds() * 1000 + now.getUTCMilliseconds()) * PER_MILLISECOND;
  rest += Math.floor(random() * PER_MILLISECOND);
  let letters = '';
  for (let i = 0; i < 6; i++) {
    letters = `${ALPHABET[rest % ALPHABET.length]}${letters}`;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${letters}`;
}

/** As many as six letters have room for: 31^6 / 60,000. */
const PER_MILLISECOND = 14_791;

/** A run id from outside may only name a folder that `newRunId` could have made. */
export const isRunId = (text: string): boolean => RUN_ID.test(text);

/** Ids of the runs that have a journal, newest last. */
export async function listRuns(teams: string): Promise<readonly string[]> {
  return (await namesOfRuns(teams))
    .filter((name) => isRunId(name) && existsSync(join(teams, 'runs', name, JOURNAL_FILE)))
    .toSorted();
}

/** Ids of the runs that have a folder, also of those that were set aside under a longer name. */
export const runsOnDisk = async (teams: string): Promise<readonly string[]> =>
  (await namesOfRuns(teams)).map((name) => name.slice(0, ID_LENGTH)).filter(isRunId);

async function namesOfRuns(teams: string): Promise<readonly string[]> {
  const runs = join(teams, 'runs');
  return readdir(runs).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new StorageError(runs, error);
  });
}
