import { constants } from 'node:fs';
import { copyFile, cp, lstat, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { runGit } from './git/run.ts';
import { storing } from './storage-error.ts';

/**
 * Copies files and folders of the checkout that git ignores into a worktree, modes kept. Returns the paths that were
 * not copied: they do not exist, are a pipe or the like, lead out of the checkout or the worktree, or are not ignored
 * (tracked ones are in the worktree anyway). Throws `StorageError`.
 */
export async function copyIgnored(
  root: string,
  worktree: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const top = await realpath(root);
  const copied = new Set<string>();
  for (const path of await ignoredOf(root, await usable(top, paths))) {
    const to = join(worktree, normalize(path));
    if (await storing(to, () => copyOne(join(top, path), worktree, normalize(path)))) copied.add(path);
  }
  return paths.filter((path) => !copied.has(path));
}

/** Paths of things that exist, with no link on the way and none that leads out at the end. */
async function usable(top: string, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const full = join(top, path);
    if (!full.startsWith(top + sep) || path.includes('\0')) continue;
    const [folder, target] = await Promise.all([realOf(dirname(full)), realOf(full)]);
    if (folder === dirname(full) && target?.startsWith(top + sep) === true) found.push(path);
  }
  return found;
}

async function realOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    // Not there, or not readable: either way it cannot be copied, and the caller names it.
    return null;
  }
}

async function ignoredOf(root: string, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  // 1: none is. A tracked file does not count as ignored even if it matches a pattern.
  const { stdout } = await runGit(root, ['check-ignore', '-z', '--stdin'], {
    input: paths.map((path) => `${path}\0`).join(''),
    accept: [0, 1],
  });
  return stdout.split('\0').filter((path) => path !== '');
}

async function copyOne(from: string, worktree: string, path: string): Promise<boolean> {
  // Nothing that the repository holds may send the copy elsewhere.
  let folder = worktree;
  for (const part of dirname(path).split(sep)) {
    folder = join(folder, part);
    const stats = await lstat(folder).catch(() => null); // Not there yet.
    if (stats === null) await mkdir(folder);
    else if (!stats.isDirectory()) return false;
  }
  const to = join(worktree, path);
  await rm(to, { recursive: true, force: true });
  const kind = await stat(from);
  if (kind.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE);
  else if (!kind.isDirectory()) return false;
  else await cp(from, to, { recursive: true, verbatimSymlinks: true, filter: canBeCopied });
  return true;
}

/** A pipe or a socket belongs to a process that is at work where it is; `cp` would give up at the first. */
async function canBeCopied(path: string): Promise<boolean> {
  const kind = await lstat(path);
  return kind.isFile() || kind.isDirectory() || kind.isSymbolicLink();
}
