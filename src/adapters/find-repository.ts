import { readFile, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fail, ok, type Outcome } from '../domain/problem.ts';

/**
 * The root of the checkout that `cwd` is in, found without starting git: that alone would cost more than all of
 * `status`. Inside a worktree of a run it is the checkout that the run belongs to.
 */
export async function findRepository(cwd: string): Promise<Outcome<string>> {
  const ofRun = cwd.split(`${sep}.teams${sep}worktrees${sep}`)[0] ?? cwd;
  for (let folder = ofRun; ; folder = dirname(folder)) {
    if (await isCheckout(folder)) return ok(folder);
    if (dirname(folder) === folder) break;
  }
  return fail({
    code: 'not-a-repository',
    what: 'this is not inside a git repository with a checkout',
    where: cwd,
    fix: 'go to your project, or make it a repository: git init && git add -A && git commit',
  });
}

/** `.git` is a folder in a plain repository, and a file in a linked worktree and in a submodule. */
async function isCheckout(folder: string): Promise<boolean> {
  const path = join(folder, '.git');
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return await exists(join(path, 'HEAD'));
    return (await readFile(path, 'utf8')).startsWith('gitdir:');
  } catch {
    // Not there, or not readable for us: git would look further up as well.
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    // Whatever keeps us from seeing it, it is not a repository that we could use.
    return false;
  }
}
