import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import { runGit } from './git/run.ts';

export async function makeRepository(folder: string): Promise<Outcome<void>> {
  const made = await runGit(folder, ['init', '--quiet'], { accept: 'any', anywhere: true });
  return made.exitCode === 0
    ? ok(undefined)
    : fail(gitProblem('git cannot make a repository here', folder, made.stderr));
}

/** Makes the first commit of a repository, of these paths only. */
export async function commitFirst(root: string, paths: readonly string[]): Promise<Outcome<void>> {
  const message = paths.length === 0 ? 'First commit' : 'What is to be built';
  const steps = [
    ...(paths.length === 0 ? [] : [['add', '--', ...paths]]),
    ['commit', '--quiet', '--allow-empty', '-m', message],
  ];
  for (const args of steps) {
    const made = await runGit(root, args, { accept: 'any' });
    if (made.exitCode !== 0) return fail(gitProblem('git cannot make a commit here', root, made.stderr));
  }
  return ok(undefined);
}

const gitProblem = (what: string, where: string, why: string): Problem => ({
  code: 'git-failed',
  what,
  where,
  why: why.trim(),
  fix: /ident|who you are/i.test(why)
    ? 'git config --global user.name "Your Name" && git config --global user.email you@example.com'
    : 'mend what git complains about',
});
