import { join } from 'node:path';
import type { Git } from '../../engine/ports.ts';
import { fields, LINK } from './history.ts';
import type { Repo } from './open.ts';

/** What is linked to at paths of a commit. */
export function submoduleLinks({ root, run }: Repo): Pick<Git, 'unpublishedLinks'> {
  async function linksOf(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', commit, '--', ...paths];
    const entries = fields((await run(root, args)).stdout).filter((entry) => entry.startsWith(LINK));
    // "160000 commit <id>\t<path>"
    return new Map(
      entries.map((entry) => {
        const [about = '', path = ''] = entry.split(/\t(.*)/s);
        return [path, about.slice(`${LINK}commit `.length)];
      }),
    );
  }

  return {
    async unpublishedLinks(worktree, tip, paths, accepted) {
      // Without a path git would list all there is.
      if (paths.length === 0) return [];
      const [mine, ...known] = await Promise.all([tip, ...accepted].map((each) => linksOf(each, paths)));
      const changed = [...(mine ?? [])].filter(
        ([path, commit]) => !known.some((links) => links.get(path) === commit),
      );
      const unpublished = await Promise.all(
        changed.map(async ([path, commit]) => {
          const args = ['for-each-ref', '--count=1', `--contains=${commit}`, 'refs/remotes', 'refs/tags'];
          // Not there, not checked out, or a commit that it does not know: nothing shows that it can be had.
          const { exitCode, stdout } = await run(join(worktree, path), args, { accept: 'any' });
          return exitCode === 0 && stdout !== '' ? [] : [path];
        }),
      );
      return unpublished.flat();
    },
  };
}
