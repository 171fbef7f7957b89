import { openRepository, type Repository } from '../../adapters/repository.ts';
import { runGit } from '../../adapters/git/run.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { findRepository } from '../../adapters/find-repository.ts';
import type { CommandContext } from '../output.ts';
import type { Person } from './person.ts';

export interface CheckoutWish extends CommandContext {
  readonly yes?: boolean | undefined;
  readonly person: Person;
}

export interface Checkout {
  readonly root: string;
  /** Makes the first commit where there is none. To be called once nothing is left that would be refused. */
  readonly open: () => Promise<Outcome<Repository>>;
}

/** The repository around `cwd`. Where there is none, or no commit in it, it is made if the person agrees. */
export async function chooseCheckout(wish: CheckoutWish): Promise<Outcome<Checkout>> {
  const place = await findPlace(wish);
  if (!place.ok) return place;
  const { root, repository } = place.value;
  if (repository !== null) return ok({ root, open: () => Promise.resolve(ok(repository)) });
  const opened = await openRepository(wish.cwd);
  if (!opened.ok && !(await agrees(wish, 'There is no commit yet. Make an empty first one?'))) return opened;
  const open = async (): Promise<Outcome<Repository>> => {
    const made = await firstCommit(wish, root, []);
    return made === null ? openRepository(wish.cwd) : fail(made);
  };
  return ok({ root, open });
}

/** Where files can be written for a first commit. `repository` is null as long as there is none. */
export async function findPlace(
  wish: CheckoutWish,
): Promise<Outcome<{ readonly root: string; readonly repository: Repository | null }>> {
  const { cwd } = wish;
  let opened = await openRepository(cwd);
  if (!opened.ok && opened.error.code === 'not-a-repository') {
    if (!(await agrees(wish, `Make ${cwd} a git repository?`)))
      return fail({ ...opened.error, fix: 'git init, or go to your project' });
    const made = await runGit(cwd, ['init', '--quiet'], { accept: 'any', anywhere: true });
    if (made.exitCode !== 0) return fail(gitProblem('git cannot make a repository here', cwd, made.stderr));
    wish.stderr('git init: this folder is a repository now\n');
    opened = await openRepository(cwd);
  }
  if (opened.ok) return ok({ root: opened.value.root, repository: opened.value });
  if (opened.error.code !== 'unborn-branch') return opened;
  const root = await findRepository(cwd);
  return root.ok ? ok({ root: root.value, repository: null }) : root;
}

/** Makes the first commit of a repository, of these paths only; null when it is done. */
export async function firstCommit(
  { stderr }: Pick<CommandContext, 'stderr'>,
  root: string,
  paths: readonly string[],
): Promise<Problem | null> {
  const steps = [
    ...(paths.length === 0 ? [] : [['add', '--', ...paths]]),
    ['commit', '--quiet', '--allow-empty', '-m', paths.length === 0 ? 'First commit' : 'What is to be built'],
  ];
  for (const args of steps) {
    const made = await runGit(root, args, { accept: 'any' });
    if (made.exitCode !== 0) return gitProblem('git cannot make a commit here', root, made.stderr);
  }
  stderr(`git commit: ${paths.length === 0 ? 'an empty first commit' : paths.join(', ')}\n`);
  return null;
}

export async function agrees({ yes, person }: CheckoutWish, question: string): Promise<boolean> {
  if (yes === true) return true;
  return person.canBeAsked && (await (await person.ask()).confirm(question)) === true;
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
