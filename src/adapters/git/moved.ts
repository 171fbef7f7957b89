import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readIfThere } from '../there.ts';

/**
 * Where worktrees below `folder` are now of which git knows only where they were before somebody moved the repository:
 * to git their branches are in use by something that is gone.
 */
export async function movedWorktrees(
  root: string,
  folder: string,
  known: readonly string[],
): Promise<readonly string[]> {
  const inside = `${sep}${relative(root, folder)}${sep}`;
  const moved: string[] = [];
  for (const old of known) {
    const at = old.lastIndexOf(inside);
    const path = join(root, old.slice(at));
    if (at === -1 || known.includes(path) || existsSync(old)) continue;
    if (await belongsTo(old.slice(0, at), path)) moved.push(path);
  }
  return moved;
}

/** An agent can write into the file by which a worktree finds its repository: it is believed only when it names the old place. */
async function belongsTo(oldRoot: string, path: string): Promise<boolean> {
  const link = await readIfThere(join(path, '.git')).catch(() => null);
  const name = link?.trimEnd().slice(`gitdir: ${oldRoot}/.git/worktrees/`.length) ?? '';
  return link?.trimEnd() === `gitdir: ${oldRoot}/.git/worktrees/${name}` && /^[^/]+$/.test(name);
}
