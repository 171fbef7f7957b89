import { openRepository, type Repository } from '../../adapters/repository.ts';
import { commitFirst, makeRepository } from '../../adapters/new-repository.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
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
    return made.ok ? openRepository(wish.cwd) : made;
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
    const made = await makeRepository(cwd);
    if (!made.ok) return made;
    wish.stderr('git init: this folder is a repository now\n');
    opened = await openRepository(cwd);
  }
  if (opened.ok) return ok({ root: opened.value.root, repository: opened.value });
  if (opened.error.code !== 'unborn-branch') return opened;
  const root = await findRepository(cwd);
  return root.ok ? ok({ root: root.value, repository: null }) : root;
}

/** Makes the first commit of a repository, of these paths only, and says so. */
export async function firstCommit(
  { stderr }: Pick<CommandContext, 'stderr'>,
  root: string,
  paths: readonly string[],
): Promise<Outcome<void>> {
  const made = await commitFirst(root, paths);
  if (!made.ok) return made;
  stderr(`git commit: ${paths.length === 0 ? 'an empty first commit' : paths.join(', ')}\n`);
  return made;
}

export async function agrees({ yes, person }: CheckoutWish, question: string): Promise<boolean> {
  if (yes === true) return true;
  return person.canBeAsked && (await (await person.ask()).confirm(question)) === true;
}
