import { randomUUID } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inboxes, Message } from '../engine/ports.ts';
import { writeAtomically } from './atomic-write.ts';
import { StorageError, storing } from './storage-error.ts';
import { readUntrusted } from './untrusted.ts';

/** In bytes. It goes to a model as a whole: what is longer belongs into a file of the repository. */
export const MESSAGE_LIMIT = 32 * 1024;
/** A session can write there too: it must not flood the journal by talking to itself. */
const MESSAGES = 200;

/** In the order in which they were left. */
const NAME = /^\d{13}-([0-9a-f]{8}-[0-9a-f-]{27})\.txt$/;

/**
 * A folder with a file per message. Whoever removes the file has the message: it is taken or withdrawn, never both.
 * `redact` takes secrets out of what is put on record.
 */
export const openInboxes = (redact: (text: string) => string): Inboxes => ({
  async open(folder, each) {
    await storing(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
    let left = MESSAGES;
    const look = async (): Promise<void> => {
      const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).toSorted();
      for (const name of names.slice(0, left)) {
        const message = await take(folder, name);
        if (message === null) continue;
        left -= 1;
        each(message, redact(message.text));
      }
    };
    let looking = Promise.resolve();
    const again = (): Promise<void> => (looking = looking.then(look));
    const unwatch = watchFolder(folder, () => void again());
    void again();
    return {
      async close() {
        unwatch();
        await again();
        // Without a folder nobody leaves a message for whom no one is there; one that comes this moment is withdrawn.
        await rmdir(folder).catch(() => undefined);
      },
    };
  },
});

async function take(folder: string, name: string): Promise<Message | null> {
  const path = join(folder, name);
  const content = await readUntrusted(path, MESSAGE_LIMIT);
  const isOurs = await removed(path);
  const id = NAME.exec(name)?.[1];
  return isOurs && id !== undefined && content !== null && 'text' in content
    ? { id, text: content.text }
    : null;
}

/** False: somebody else was faster. */
const removed = (path: string): Promise<boolean> =>
  unlink(path).then(
    () => true,
    () => false,
  );

function watchFolder(folder: string, changed: () => void): () => void {
  let watcher: FSWatcher;
  try {
    watcher = watch(folder, { persistent: false }, changed);
  } catch {
    // No watches left on this machine: who leaves a message withdraws it when nobody takes it.
    return () => undefined;
  }
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}

export interface LeftMessage {
  readonly id: string;
  /** False: it is taken already. */
  withdraw(): Promise<boolean>;
}

/** Null: there is no such inbox, so no session that listens. Throws `StorageError`. */
export async function leaveMessage(folder: string, text: string): Promise<LeftMessage | null> {
  const id = randomUUID();
  const path = join(folder, `${Date.now()}-${id}.txt`);
  try {
    await writeAtomically(path, text);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'ENOENT') return null;
    throw error;
  }
  return { id, withdraw: () => removed(path) };
}
