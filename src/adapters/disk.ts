import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';

export interface DiskFacts {
  readonly path: string;
  readonly writable: boolean;
  readonly freeBytes: number;
  /** Null: the file system has no such limit. */
  readonly freeFiles: number | null;
}

/** Room for this user where a folder is; null when the file system does not tell. */
export async function diskFacts(path: string): Promise<DiskFacts | null> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    return {
      path,
      writable: await isWritable(path),
      freeBytes: bavail * bsize,
      freeFiles: files === 0 ? null : ffree,
    };
  } catch {
    // Gone, or a kind of file system without an answer: there is nothing to judge.
    return null;
  }
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
