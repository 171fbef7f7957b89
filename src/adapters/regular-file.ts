import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** The `code` of the error for something else than a regular file. */
export const NOT_REGULAR = 'EFTYPE';

/**
 * Opens a regular file for reading. It never waits: what a repository or an agent has put in the place of a file may be
 * a pipe, or lead to a terminal or a device without an end.
 */
export async function openRegular(path: string, flags = 0): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
  try {
    if (!(await file.stat()).isFile()) throw notRegular(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Looks like what `open` throws itself. */
const notRegular = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${NOT_REGULAR}: not a regular file, open '${path}'`), {
    code: NOT_REGULAR,
    syscall: 'open',
    path,
  });
