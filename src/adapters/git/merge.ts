import type { Git } from '../../engine/ports.ts';
import { fields } from './history.ts';
import { commitMessage } from './message.ts';
import type { Repo } from './open.ts';
import { GitError } from './run.ts';

type Merge = Pick<Git, 'mergeTree' | 'commitTree' | 'materialiseMerge' | 'pathsWithMarkers'>;

/** Paths per git call: well below the limit for arguments, even for long names. */
const CHUNK = 500;

export function merge({ root, run }: Repo): Merge {
  let signs: Promise<boolean> | null = null;

  return {
    async mergeTree(ours, theirs) {
      const args = ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', ours, theirs];
      const result = await run(root, args, { accept: [0, 1] });
      const [tree, ...conflicts] = fields(result.stdout);
      // 1 is also what git ends with when there is nothing of that name.
      if (tree === undefined) throw new GitError(args, root, result);
      return { tree, conflicts: [...new Set(conflicts)].filter((path) => path !== '') };
    },
    async commitTree({ tree, parents, message, trailers }) {
      signs ??= wantsSignature({ root, run });
      const args = [
        '-c',
        'i18n.commitEncoding=UTF-8',
        'commit-tree',
        ...((await signs) ? ['-S'] : []),
        ...parents.flatMap((parent) => ['-p', parent]),
        '-F',
        '-',
        tree,
      ];
      const { stdout } = await run(root, args, { input: commitMessage(message, trailers) });
      return stdout.trim();
    },
    async materialiseMerge(worktree, theirs) {
      const args = [
        '-c',
        'rerere.enabled=false',
        'merge',
        '--no-commit',
        '--no-ff',
        '--no-autostash',
        theirs,
      ];
      const result = await run(worktree, args, { accept: [0, 1] });
      // 1 is also what git ends with when it did not even begin.
      if (result.exitCode === 1 && !result.stdout.includes('Automatic merge failed')) {
        throw new GitError(args, worktree, result);
      }
    },
    async pathsWithMarkers(tree, paths) {
      const found: string[] = [];
      for (let i = 0; i < paths.length; i += CHUNK) {
        const pathspecs = paths.slice(i, i + CHUNK).map(pathspec);
        const pattern = ['-E', '-e', '^(<<<<<<<|>>>>>>>) '];
        const args = ['grep', '-z', '-l', '-a', '--full-name', '--no-recurse-submodules', ...pattern];
        const { stdout } = await run(root, [...args, tree, '--', ...pathspecs], { accept: [0, 1] });
        found.push(...fields(stdout).map((name) => name.slice(tree.length + 1)));
      }
      return found;
    },
  };
}

/** A name that is no UTF-8 came to us with U+FFFD in it, and git knows it by other bytes. */
function pathspec(path: string): string {
  if (!path.includes('\uFFFD')) return `:(top,literal)${path}`;
  return `:(top,glob)${path.replace(/[\\*?[]/g, '\\$&').replace(/\uFFFD+/g, '*')}`;
}

export async function wantsSignature({ root, run }: Pick<Repo, 'root' | 'run'>): Promise<boolean> {
  const { stdout } = await run(root, ['config', '--type=bool', '--get', 'commit.gpgsign'], {
    accept: [0, 1],
  });
  return stdout.trim() === 'true';
}
