import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Outcome } from '../../../domain/problem.ts';
import { readUntrusted } from '../../untrusted.ts';
import type { RoleFile } from './role-cli.ts';

/** What a repository has at the place of a role, against what `teams` would write there. */
export type Installed = 'absent' | 'same' | 'different';

/** In bytes; a role is a few kilobytes. */
const LIMIT = 1_000_000;

export async function installedRole(root: string, { path, content }: RoleFile): Promise<Installed> {
  const found = await readUntrusted(join(root, path), LIMIT);
  if (found === null) return 'absent';
  return 'text' in found && found.text === content ? 'same' : 'different';
}

/** Writes a role into a repository, never through a link. A different file is replaced only with `force`. */
export async function installRole(
  root: string,
  file: RoleFile,
  { force }: { readonly force: boolean },
): Promise<Outcome<'written' | 'same' | 'kept'>> {
  const blocked = await inTheWay(root, file.path);
  if (blocked !== null) {
    return fail({
      code: 'role-not-written',
      what: `${blocked} is a link, or not what it should be: ${file.path} is not written`,
      fix: `look at ${blocked}, and remove it if nothing needs it`,
    });
  }
  const installed = await installedRole(root, file);
  if (installed === 'same') return ok('same');
  if (installed === 'different' && !force) return ok('kept');
  const path = join(root, file.path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content, { flag: installed === 'absent' ? 'wx' : 'w' });
  } catch (error) {
    return fail({
      code: 'role-not-written',
      what: `${file.path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      where: path,
    });
  }
  return ok('written');
}

/** What on the way to a path would lead a write elsewhere; null when nothing does. */
async function inTheWay(root: string, path: string): Promise<string | null> {
  const parts = path.split('/');
  for (const [index] of parts.entries()) {
    const part = parts.slice(0, index + 1).join('/');
    const stats = await lstat(join(root, part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (stats === null) return null;
    if (index + 1 < parts.length ? !stats.isDirectory() : !stats.isFile()) return part;
  }
  return null;
}
