import type { Repository } from '../adapters/repository.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import type { EventOf } from '../domain/events.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { Git } from '../engine/ports.ts';
import type { Project } from './project.ts';

type Base = EventOf<'run.started'>['base'];

/** Where a run starts from: `--base` or the configuration, else the PRD's branchName, else what is checked out. */
export async function resolveBase(git: Git, project: Project): Promise<Outcome<Base>> {
  const { config, prd, repository } = project;
  const wanted = config.base ?? prd.branchName ?? null;
  if (wanted === null) return ok({ ref: repository.branch, commit: repository.head });
  const branch = await git.resolve(`refs/heads/${wanted}`);
  if (branch !== null) return ok({ ref: wanted, commit: branch });
  // Only `--base` and the configuration may name any revision: branchName is a branch.
  const commit = config.base === null ? null : await git.resolve(wanted);
  if (commit !== null) return ok({ ref: null, commit });
  const branches = (await git.branchesUnder(''))
    .map(({ branch: name }) => name)
    .filter((name) => !name.startsWith('teams'));
  const from =
    config.base === null ? `branchName in ${project.prdPath}` : '--base, or base in the configuration';
  return fail({
    code: 'base-missing',
    what: `there is no branch ${JSON.stringify(wanted)}`,
    where: from,
    why: `the branches are: ${branches.slice(0, 10).join(', ')}`,
    fix: `teams run --base ${shellWord(branches[0] ?? 'HEAD')}, or correct ${from}`,
  });
}

/** The base with the tracked changes of the checkout on top, as a commit that no branch names. */
export function withTrackedChanges(
  repository: Repository,
  base: Base,
  snapshot: string | null,
): Outcome<Base> {
  if (base.commit !== repository.head) {
    return fail({
      code: 'include-dirty-elsewhere',
      what: '--include-dirty takes the changes of the checkout, but the run starts from another commit',
      fix: 'leave out --include-dirty or --base',
    });
  }
  return ok(snapshot === null ? base : { ref: base.ref, commit: snapshot });
}
