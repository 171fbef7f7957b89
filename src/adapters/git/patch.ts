import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { storing } from '../storage-error.ts';
import type { Repo } from './open.ts';

/**
 * Runs `use` with a copy of a checkout's index in GIT_INDEX_FILE, so that nothing that is staged there changes.
 * The copy lies beside the index: git may rename files between them. Throws `StorageError`.
 */
export async function withIndexCopy<T>(
  { run }: Pick<Repo, 'run'>,
  checkout: string,
  use: (env: { GIT_INDEX_FILE: string }) => Promise<T>,
): Promise<T> {
  const { stdout } = await run(checkout, ['rev-parse', '--git-path', 'index']);
  const index = resolve(checkout, stdout.replace(/\n$/, ''));
  const folder = await storing(dirname(index), () => mkdtemp(`${index}.teams-`));
  try {
    const copy = join(folder, 'index');
    await storing(copy, () =>
      copyIndex(index, copy).catch((error: NodeJS.ErrnoException) => {
        // No index yet: git starts with an empty one.
        if (error.code !== 'ENOENT') throw error;
      }),
    );
    return await use({ GIT_INDEX_FILE: copy });
  } finally {
    await storing(folder, () => rm(folder, { recursive: true, force: true }));
  }
}

/**
 * With its time: git looks into a file that is as old as the index, for it may have changed since in the same second. To
 * a copy that is younger it would be known.
 */
async function copyIndex(index: string, copy: string): Promise<void> {
  const { mtimeMs } = await stat(index);
  await copyFile(index, copy);
  const second = Math.floor(mtimeMs / 1000);
  await utimes(copy, second, second);
}

export function savePatch(repo: Repo, worktree: string, patchFile: string): Promise<boolean> {
  return withIndexCopy(repo, worktree, async (env) => {
    // What is there counts, also where a sparse checkout has nothing itself.
    const add = ['add', '--all', '--sparse', '--ignore-errors', '.'];
    // 1: something could not be added, such as a repository without commits inside the worktree; the rest is.
    await repo.run(worktree, add, { env, accept: [0, 1, 128] });
    const plain = ['--no-ext-diff', '--no-textconv', '--no-renames', '--full-index', '--submodule=short'];
    // An agent may have deleted the branch that it is on: then everything there is counts as left over.
    const head = await repo.run(worktree, ['rev-parse', '--verify', '--quiet', 'HEAD'], { accept: [0, 1] });
    const against = head.exitCode === 0 ? 'HEAD' : await emptyTree(repo);
    const args = [
      'diff-index',
      '--cached',
      '--binary',
      '--patch',
      ...plain,
      `--output=${patchFile}`,
      against,
    ];
    await repo.run(worktree, args, { env });
    return storing(patchFile, async () => {
      const { size } = await stat(patchFile);
      if (size > 0) return true;
      await rm(patchFile);
      return false;
    });
  });
}

/** Its id depends on the hash of the repository. */
const emptyTree = async ({ root, run }: Repo): Promise<string> =>
  (await run(root, ['hash-object', '-t', 'tree', '/dev/null'])).stdout.trim();
