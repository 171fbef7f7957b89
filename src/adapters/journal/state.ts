import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Outcome } from '../../domain/problem.ts';
import type { RunState } from '../../domain/state.ts';
import { writeAtomically } from '../atomic-write.ts';
import { storing } from '../storage-error.ts';
import { JOURNAL_FILE, SNAPSHOT_FILE } from '../layout.ts';
import { replay, type Replayed } from './replay.ts';
import type { Place } from './scan.ts';

/** Of the form of `RunState`: raise it with every change there, and old snapshots are passed over. */
const VERSION = 1;

interface Snapshot {
  readonly v: typeof VERSION;
  readonly offset: number;
  readonly state: RunState;
}

/** Keeps a state for `loadState`, once all its events are on disk. Throws `StorageError`. */
export async function writeSnapshot(folder: string, state: RunState): Promise<void> {
  const path = join(folder, JOURNAL_FILE);
  const { size } = await storing(path, () => stat(path));
  const snapshot: Snapshot = { v: VERSION, offset: size, state };
  await writeAtomically(snapshotFile(folder), JSON.stringify(snapshot));
}

/**
 * State of a run, from the snapshot and what the journal says after it, or from the whole journal. null when the run
 * ended before its first event was written.
 */
export async function loadState(folder: string): Promise<Outcome<Replayed | null>> {
  const base = await readSnapshot(folder);
  const replayed = await replay(folder, base === null ? {} : { base });
  return !replayed.ok && replayed.error.code === 'empty-journal' ? ok(null) : replayed;
}

export const snapshotFile = (folder: string): string => join(folder, SNAPSHOT_FILE);

/** Null: there is none that can be used. Its fields are not checked. */
export async function readSnapshot(folder: string): Promise<{ state: RunState; place: Place } | null> {
  try {
    const snapshot = JSON.parse(await readFile(snapshotFile(folder), 'utf8')) as Partial<Snapshot> | null;
    if (snapshot?.v !== VERSION || snapshot.state === undefined || !Number.isInteger(snapshot.offset))
      return null;
    const place = { offset: snapshot.offset ?? 0, seq: snapshot.state.seq };
    return (await fits(join(folder, JOURNAL_FILE), place)) ? { state: snapshot.state, place } : null;
  } catch {
    // It is disposable: the journal has everything.
    return null;
  }
}

/** The line that ends at the place is the event that the state ends with. */
async function fits(path: string, { offset, seq }: Place): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    // The head of a line is {"v":1,"seq":…: enough is read to find the start of most last lines, otherwise replay.
    const length = Math.min(offset, 64 * 1024);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset - length);
    if (bytesRead < length || buffer[length - 1] !== 0x0a) return false;
    const line =
      buffer
        .toString('utf8', 0, length - 1)
        .split('\n')
        .at(-1) ?? '';
    return (JSON.parse(line) as { seq?: unknown }).seq === seq;
  } finally {
    await file.close();
  }
}
