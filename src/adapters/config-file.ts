import { link, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { fail, ok, type Outcome } from '../domain/problem.ts';

/**
 * Writes a file that a person edits, as a whole. `before` is its text as it was read, null: there was none. What
 * somebody else wrote meanwhile is kept, and is the problem.
 */
export async function replaceConfig(
  path: string,
  text: string,
  before: string | null,
): Promise<Outcome<void>> {
  try {
    return await (before === null ? create(path, text) : replace(path, text, before));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return changed(path);
    return fail({
      code: 'config-not-written',
      what: `${path} cannot be written: ${code ?? message}`,
      fix: 'make the file and its folder writable, and free space on the disk',
    });
  }
}

async function create(path: string, text: string): Promise<Outcome<void>> {
  // Unlike a rename, a link never takes the place of another file.
  await withTemporary(path, text, 0o666, (temporary) => link(temporary, path));
  return ok(undefined);
}

async function replace(path: string, text: string, before: string): Promise<Outcome<void>> {
  // Renaming over a symbolic link would replace the link, not the file that it names.
  const target = await realpath(path);
  const { mode } = await stat(target);
  if ((await readFile(target, 'utf8')) !== before) return changed(path);
  await withTemporary(target, text, mode, (temporary) => rename(temporary, target));
  return ok(undefined);
}

const changed = (path: string): Outcome<never> =>
  fail({
    code: 'config-changed',
    what: 'the file was changed by somebody else meanwhile',
    where: path,
    why: 'what they wrote is kept, and nothing is written over it',
    fix: 'teams setup',
  });

async function withTemporary(
  path: string,
  text: string,
  mode: number,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode & 0o777);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}
