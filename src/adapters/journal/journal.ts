import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventPayload, TeamsEvent } from '../../domain/events.ts';
import type { Journal } from '../../engine/ports.ts';
import { JOURNAL_FILE } from '../layout.ts';
import { StorageError, storing } from '../storage-error.ts';
import { endOfLastLine } from './torn.ts';

/**
 * The journal of a run, for appending. `lastSeq` is the number of its last event, 0 for a new one. What a crash left
 * of a half-written last line is cut off. `onStorageError` is called once, when the first write fails: nothing can be
 * appended from then on. Throws `StorageError` when the file cannot be opened.
 */
export async function openJournal(
  folder: string,
  lastSeq: number,
  onStorageError: (error: StorageError) => void = () => undefined,
): Promise<Journal> {
  const path = join(folder, JOURNAL_FILE);
  const file = await storing(path, async () => {
    const handle = await open(path, 'a+', 0o600);
    try {
      const end = await endOfLastLine(handle);
      if (end < (await handle.stat()).size) await handle.truncate(end);
      // The name of a new file is on disk only when its folder is.
      if (lastSeq === 0) await syncFolder(folder);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
  return groupCommit(path, file, lastSeq, onStorageError);
}

function groupCommit(
  path: string,
  file: FileHandle,
  lastSeq: number,
  onStorageError: (error: StorageError) => void,
): Journal {
  let seq = lastSeq;
  let pending: string[] = [];
  let failure: StorageError | null = null;
  /** The write that is under way, and the one that takes everything appended meanwhile. */
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function write(): Promise<void> {
    if (failure !== null) throw failure;
    const lines = pending.join('');
    pending = [];
    try {
      await file.appendFile(lines);
      await file.datasync();
      // Somebody deleted it: what is written into it now is on no disk when teams ends.
      if ((await file.stat()).nlink === 0) throw Object.assign(new Error('deleted'), { code: 'ENOENT' });
    } catch (error) {
      failure = new StorageError(path, error);
      onStorageError(failure);
      throw failure;
    }
  }

  function schedule(): Promise<void> {
    if (next !== null) return next;
    const scheduled = running
      .catch(() => undefined) // Its own appends hear of it; `write` refuses after a failure.
      .then(() => {
        running = scheduled;
        next = null;
        return write();
      });
    // Whoever awaits it sees the failure, and `onStorageError` tells of it in any case.
    scheduled.catch(() => undefined);
    next = scheduled;
    return scheduled;
  }

  const flush = (): Promise<void> => next ?? running;

  return {
    append(payload: EventPayload) {
      const event = { v: 1, seq: ++seq, at: new Date().toISOString(), ...payload } as TeamsEvent;
      pending.push(`${JSON.stringify(event)}\n`);
      return { event, durable: schedule() };
    },
    flush,
    async close() {
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
