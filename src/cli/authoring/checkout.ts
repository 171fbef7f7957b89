import { openRepository, type Repository } from '../../adapters/repository.ts';
import { runGit } from '../../adapters/git/run.ts';
import { fail, type Outcome, type Problem } from '../../domain/problem.ts';
import type { CommandContext } from '../output.ts';
import type { Person } from './person.ts';

/** The repository around `cwd`. Where there is none, or no commit in it, it is made if the person agrees. */
export async function openCheckout(options: CommandContext & Consent): Promise<Outcome<Repository>> {
  const { cwd } = options;
  let opened = await openRepository(cwd);
  if (!opened.ok && opened.error.code === 'not-a-repository') {
    if (!(await agrees(options, `Make ${cwd} a git repository?`))) return opened;
    const made = await runGit(cwd, ['init', '--quiet'], { accept: 'any', anywhere: true });
    if (made.exitCode !== 0) return fail(gitProblem('git cannot make a repository here', cwd, made.stderr));
    options.stderr(`git init: ${cwd} is a repository now\n`);
    opened = await openRepository(cwd);
  }
  if (!opened.ok && opened.error.code === 'unborn-branch') {
    if (!(await agrees(options, 'There is no commit yet. Make an empty first one?'))) return opened;
    const args = ['commit', '--quiet', '--allow-empty', '-m', 'First commit'];
    const made = await runGit(cwd, args, { accept: 'any', anywhere: true });
    if (made.exitCode !== 0) return fail(gitProblem('git cannot make a commit here', cwd, made.stderr));
    options.stderr('git commit: an empty first commit is made\n');
    opened = await openRepository(cwd);
  }
  return opened;
}

interface Consent {
  readonly yes?: boolean | undefined;
  readonly person: Person;
}

async function agrees({ yes, person }: Consent, question: string): Promise<boolean> {
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
