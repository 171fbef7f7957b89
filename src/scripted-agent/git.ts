import { spawnSync } from 'node:child_process';

export interface GitEnd {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunGit = (...args: string[]) => GitEnd;

/** Git in the worktree. Synchronous: the agent has nothing else to do meanwhile. */
export const gitIn =
  (worktree: string): RunGit =>
  (...args) => {
    const end = spawnSync('git', args, { cwd: worktree, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    if (end.error !== undefined) throw end.error;
    return { ok: end.status === 0, stdout: end.stdout, stderr: end.stderr };
  };

/** Commits everything that is not committed; false when there is nothing. Signing could ask for a passphrase. */
export function commitAll(git: RunGit, message: string, options: { readonly empty?: boolean } = {}): boolean {
  expect(git('add', '-A'), 'git add');
  const empty = options.empty === true ? ['--allow-empty'] : [];
  const end = git('commit', '--quiet', '--no-gpg-sign', ...empty, '-m', message);
  if (end.ok) return true;
  if (git('status', '--porcelain').stdout === '') return false;
  throw new Error(`git commit: ${end.stderr || end.stdout}`);
}

/** Full commit id of a revision, or null. */
export function resolveCommit(git: RunGit, revision: string): string | null {
  const end = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  return end.ok ? end.stdout.trim() : null;
}

export function expect(end: GitEnd, what: string): GitEnd {
  if (!end.ok) throw new Error(`${what}: ${end.stderr || end.stdout}`);
  return end;
}
