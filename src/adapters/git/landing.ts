import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { printable } from '../../domain/printable.ts';
import { shellPath, shellWord } from '../../domain/shell-word.ts';
import type { Git } from '../../engine/ports.ts';
import { fields } from './history.ts';
import type { Repo } from './open.ts';

/** Bringing work into a branch of the person. */
export function landing({ root, run, serial }: Repo): Pick<Git, 'checkoutOf' | 'fastForward'> {
  return {
    checkoutOf: (branch) => serial(() => checkoutOf(branch)),
    fastForward: (branch, commit) =>
      serial(async () => {
        const checkout = await checkoutOf(branch);
        return checkout === null ? swap(branch, commit) : inCheckout(checkout, branch, commit);
      }),
  };

  async function checkoutOf(branch: string): Promise<string | null> {
    const { stdout } = await run(root, ['worktree', 'list', '--porcelain', '-z']);
    return worktreeOf(stdout, `refs/heads/${branch}`);
  }

  async function inCheckout(checkout: string, branch: string, commit: string): Promise<Outcome<void>> {
    // git itself refuses when a local change or an untracked file is in the way.
    const args = ['merge', '--ff-only', '--no-autostash', '--quiet', commit];
    const result = await run(checkout, args, { accept: 'any' });
    if (result.exitCode === 0) return ok(undefined);
    // A list of files, a line each, in the middle of a sentence.
    const said = (result.stderr || result.stdout).trim().replace(/\s+/g, ' ');
    return fail(notLanded(branch, commit, checkout, printable(said)));
  }

  async function swap(branch: string, commit: string): Promise<Outcome<void>> {
    const ref = `refs/heads/${branch}`;
    const old = await run(root, ['rev-parse', '--verify', '--quiet', ref], { accept: [0, 1] });
    if (old.exitCode !== 0) return fail(notLanded(branch, commit, null, `there is no branch ${branch}`));
    const from = old.stdout.trim();
    const isAhead = await run(root, ['merge-base', '--is-ancestor', from, commit], { accept: [0, 1] });
    if (isAhead.exitCode !== 0) {
      return fail(notLanded(branch, commit, null, `${branch} has commits that the integration branch lacks`));
    }
    const result = await run(root, ['update-ref', '-m', 'teams: land', ref, commit, from], { accept: 'any' });
    if (result.exitCode === 0) return ok(undefined);
    return fail(notLanded(branch, commit, null, printable(result.stderr)));
  }
}

function notLanded(branch: string, commit: string, checkout: string | null, why: string): Problem {
  return {
    code: 'not-landed',
    what: `${printable(branch)} could not be brought forward to ${commit.slice(0, 12)}`,
    ...(checkout === null ? {} : { where: printable(checkout) }),
    why,
    fix:
      checkout === null
        ? `git switch ${shellWord(branch)} && git merge ${commit}`
        : `git -C ${shellPath(checkout)} merge ${commit}   (after committing or stashing what is in the way)`,
  };
}

function worktreeOf(list: string, ref: string): string | null {
  let path: string | null = null;
  for (const field of fields(list)) {
    if (field.startsWith('worktree ')) path = field.slice('worktree '.length);
    else if (field === `branch ${ref}`) return path;
  }
  return null;
}
