import { open, rename, rm } from 'node:fs/promises';
import { storing } from './storage-error.ts';

/**
 * A reader sees the old content or the new, never a part. `durable`: it is on disk when the promise resolves.
 * Throws `StorageError`; the old content is untouched then.
 */
export function writeAtomically(
  path: string,
  content: string,
  options: { readonly durable?: boolean } = {},
): Promise<void> {
  return storing(path, async () => {
    // In the same folder: a rename is atomic only within one file system.
    const temporary = `${path}.${process.pid}-${process.hrtime.bigint()}.tmp`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(content);
        if (options.durable === true) await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined); // The first error is the one to tell.
      throw error;
    }
  });
}
