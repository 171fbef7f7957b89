import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What a commit writes to: the folder of the worktree in the repository, and the repository itself. */
export async function gitFolders(worktree: string): Promise<readonly string[]> {
  const link = /^gitdir: (.+)$/m.exec(await readFile(join(worktree, '.git'), 'utf8'))?.[1];
  if (link === undefined) throw new Error(`${worktree} is no worktree of git`);
  const own = resolve(worktree, link);
  const common = resolve(own, (await readFile(join(own, 'commondir'), 'utf8')).trim());
  return [common, own];
}
