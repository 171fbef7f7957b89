import type { Problem } from '../domain/problem.ts';
import { NOT_REGULAR } from './regular-file.ts';

/** A file of ours could not be written or read. Nothing was lost that was reported as written. */
export class StorageError extends Error {
  readonly path: string;
  readonly code: string;

  constructor(path: string, cause: unknown) {
    const code = codeOf(cause);
    super(`${path}: ${REASONS[code] ?? code}`, { cause });
    this.name = 'StorageError';
    this.path = path;
    this.code = code;
  }

  get problem(): Problem {
    return {
      code: 'storage',
      what: `cannot write the files of the run: ${REASONS[this.code] ?? this.code}`,
      where: this.path,
      why: 'teams acts only on what is safely on disk',
      fix: FIXES[this.code] ?? `make ${this.path} writable, then: ${GO_ON}`,
    };
  }
}

/** Also outside of runs, where it is the same command again. */
export const GO_ON = 'teams resume   (or the same command again, if no run was going on)';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EIO: 'the disk reports an error',
  EFBIG: 'the file is larger than the file system or a limit allows',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'the file or its folder is gone',
  EEXIST: 'there is something else by that name',
  ENOTDIR: 'a file is where a folder should be',
  [NOT_REGULAR]: 'it is not a regular file',
};

const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: `free some disk space, then: ${GO_ON}`,
  EDQUOT: `free some of the quota, then: ${GO_ON}`,
  ENOENT: 'put it back, or start over with a new run: teams run   (merged work stays merged)',
  EEXIST: 'move it out of the way, then type the same command again',
  ENOTDIR: 'move that file out of the way, then type the same command again',
  [NOT_REGULAR]: 'move it out of the way, then type the same command again',
  EMFILE: `raise the limit (ulimit -n 4096), then: ${GO_ON}`,
};

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? code : String(cause);
}

/** Runs a file operation; whatever the file system refuses is thrown as `StorageError`. */
export async function storing<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw new StorageError(path, error);
  }
}
