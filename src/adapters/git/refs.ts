import type { Git } from '../../engine/ports.ts';
import type { Repo } from './open.ts';
import { GitError } from './run.ts';

type Refs = Pick<
  Git,
  | 'resolve'
  | 'isAncestor'
  | 'createBranch'
  | 'moveBranch'
  | 'deleteBranches'
  | 'branchesUnder'
  | 'branchesWith'
  | 'treeOf'
>;

const EXISTS = /reference already exists/;
const MOVED = /is at [0-9a-f]+ but expected|unable to resolve reference|reference is missing/;

export function refs({ root, run, serial }: Repo): Refs {
  /** update-ref as compare-and-swap: false when git says that `refused` is why. */
  const swap = (args: readonly string[], refused: RegExp): Promise<boolean> =>
    serial(async () => {
      const command = ['update-ref', '-m', 'teams', ...args];
      const result = await run(root, command, { accept: 'any' });
      if (result.exitCode === 0) return true;
      if (refused.test(result.stderr)) return false;
      throw new GitError(command, root, result);
    });
  const remove = ({ branch, at }: { readonly branch: string; readonly at: string }): Promise<boolean> =>
    swap(['-d', `refs/heads/${branch}`, at], MOVED);

  return {
    async resolve(revision) {
      const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
      // 1: nothing of that name; 128: not even the syntax of a revision.
      const { exitCode, stdout } = await run(root, args, { accept: [0, 1, 128] });
      return exitCode === 0 ? stdout.trim() : null;
    },
    async isAncestor(ancestor, descendant) {
      // 128: one of them does not exist.
      const args = ['merge-base', '--is-ancestor', ancestor, descendant];
      const { exitCode } = await run(root, args, { accept: [0, 1, 128] });
      return exitCode === 0;
    },
    // An empty old value means "must not exist".
    createBranch: (branch, commit) => swap([`refs/heads/${branch}`, commit, ''], EXISTS),
    async moveBranch(branch, to, from) {
      const ref = `refs/heads/${branch}`;
      if (await swap([ref, to, from], MOVED)) return true;
      // A command that a Ctrl-C ended is repeated: the first time may have been enough.
      const { stdout } = await run(root, ['rev-parse', '--verify', '--quiet', ref], { accept: [0, 1] });
      return stdout.trim() === to && to !== from;
    },
    async deleteBranches(branches) {
      if (branches.length === 0) return;
      const input = branches.map(({ branch, at }) => `delete refs/heads/${branch}\0${at}\0`).join('');
      const all = await serial(() => run(root, ['update-ref', '--stdin', '-z'], { input, accept: 'any' }));
      if (all.exitCode === 0) return;
      // One that is gone or has moved spoils the transaction for all.
      for (const each of branches) await remove(each);
    },
    async branchesUnder(prefix) {
      const format = '--format=%(refname)%00%(objectname)';
      const args = ['for-each-ref', '--sort=-committerdate', format, `refs/heads/${prefix}`];
      const { stdout } = await run(root, args);
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [ref = '', commit = ''] = line.split('\0');
          return { branch: ref.slice('refs/heads/'.length), commit };
        });
    },
    async branchesWith(commit) {
      const args = ['for-each-ref', `--contains=${commit}`, '--format=%(HEAD)%(refname)', 'refs/heads/'];
      // 129: it is no commit that git knows.
      const { stdout } = await run(root, args, { accept: [0, 129] });
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ branch: line.slice(1 + 'refs/heads/'.length), checkedOut: line.startsWith('*') }));
    },
    async treeOf(commit) {
      const { stdout } = await run(root, ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]);
      return stdout.trim();
    },
  };
}
