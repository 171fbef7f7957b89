import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { RunFiles } from '../engine/ports.ts';
import { writeAtomically } from './atomic-write.ts';
import { copyIgnored } from './copy-ignored.ts';
import type { Secrets } from './secrets.ts';
import { storing } from './storage-error.ts';
import { readUntrusted } from './untrusted.ts';

/**
 * Files of a run below `folder`; `root` is the checkout of the person, `worktrees` where those of the run are. What an
 * agent wrote is read without the secrets that it was given.
 * What the file system refuses is thrown as `StorageError`.
 */
export function runFiles(
  folder: string,
  worktrees: string,
  root: string,
  secrets: Pick<Secrets, 'text'>,
): RunFiles {
  const path = (name: string): string => {
    const full = join(folder, name);
    if (full !== folder && !full.startsWith(folder + sep))
      throw new Error(`${name} is outside of the run's folder`);
    return full;
  };
  return {
    folder,
    worktrees,
    path,
    async makeFolder(name) {
      await storing(path(name), () => mkdir(path(name), { recursive: true, mode: 0o700 }));
    },
    write: (name, content) => writeAtomically(path(name), content),
    read: (name) =>
      storing(path(name), async () => {
        try {
          return await readFile(path(name), 'utf8');
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
          throw error;
        }
      }),
    async readUntrusted(file, limit) {
      const content = await readUntrusted(file, limit);
      return content !== null && 'text' in content ? { text: secrets.text(content.text) } : content;
    },
    copyInto: (worktree, paths) => copyIgnored(root, worktree, paths),
    watch: watchFile,
  };
}

/** Watches the folder, because a file that is replaced by rename is another file for the system. */
function watchFile(path: string, changed: () => void): () => void {
  const name = basename(path);
  let watcher: FSWatcher;
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || file === name) changed();
    });
  } catch {
    // No folder, or no watches left: watching only makes progress visible sooner, the file is read at the end anyway.
    return () => undefined;
  }
  // The folder vanished under it.
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}
