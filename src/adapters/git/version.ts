import type { Problem } from '../../domain/problem.ts';
import { type GitResult, NOT_STARTED, runGit } from './run.ts';

const OLDEST = [2, 38] as const;

export interface GitVersion {
  /** Null: there is no git, or it does not tell. */
  readonly version: string | null;
  /** Why `teams` cannot work with it. */
  readonly problem: Problem | null;
}

export async function gitVersion(cwd: string): Promise<GitVersion> {
  const said: GitResult = await runGit(cwd, ['version'], { accept: 'any', anywhere: true });
  const version = /\d+\.\d+[\w.]*/.exec(said.stdout)?.[0] ?? null;
  return { version, problem: problemOf(said.exitCode, version) };
}

function problemOf(exitCode: number, version: string | null): Problem | null {
  if (exitCode === NOT_STARTED) {
    return {
      code: 'no-git',
      what: 'git is not installed, or not on the PATH',
      fix: 'install git 2.38 or newer: https://git-scm.com',
    };
  }
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return {
    code: 'old-git',
    what: `git ${version ?? 'of an unknown version'} is too old`,
    why: 'teams computes merges with git merge-tree --write-tree, which came with git 2.38',
    fix: 'install git 2.38 or newer: https://git-scm.com',
  };
}
