import { link, readFile, realpath, rename, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import { withTemporaryFile } from './temporary-file.ts';

export interface EditedFile {
  readonly path: string;
  /** Its text as it was read, byte order mark included; null: there was none. */
  readonly before: string | null;
  /** Which one it is; begins the codes of its problems. */
  readonly kind: 'config' | 'prd';
  /** What to do when it is not any more as it was read. */
  readonly fix: string;
}

/** Writes a file that a person edits, as a whole. What somebody else wrote meanwhile is kept, and is the problem. */
export async function replaceEdited(file: EditedFile, text: string): Promise<Outcome<void>> {
  const { path, before, kind } = file;
  try {
    const replaced = await (before === null ? create(path, text) : replace(path, text, before));
    return replaced ? ok(undefined) : changed(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || (code === 'ENOENT' && before !== null)) return changed(file);
    return fail({
      code: `${kind}-not-written`,
      what: `${path} cannot be written: ${code ?? message}`,
      fix: 'make the file and its folder writable, and free space on the disk',
    });
  }
}

/** Where a file of a repository really is when a link leads out of it; null: it is inside. It has to exist. */
export async function placeOutside(root: string, path: string): Promise<string | null> {
  const target = await realpath(path);
  return target.startsWith((await realpath(root)) + sep) ? null : target;
}

const besideOf = (path: string): string => `${path}.${process.pid}.tmp`;

async function create(path: string, text: string): Promise<boolean> {
  // Unlike a rename, a link never takes the place of another file.
  const temporary = besideOf(path);
  await withTemporaryFile(temporary, text, null, () => link(temporary, path));
  return true;
}

async function replace(path: string, text: string, before: string): Promise<boolean> {
  // Renaming over a symbolic link would replace the link, not the file that it names.
  const target = await realpath(path);
  const { mode } = await stat(target);
  if ((await readFile(target, 'utf8')) !== before) return false;
  const temporary = besideOf(target);
  await withTemporaryFile(temporary, text, mode, () => rename(temporary, target));
  return true;
}

const changed = ({ path, kind, fix }: EditedFile): Outcome<never> =>
  fail({
    code: `${kind}-changed`,
    what: 'the file was changed by somebody else meanwhile',
    where: path,
    why: 'what they wrote is kept, and nothing is written over it',
    fix,
  });
