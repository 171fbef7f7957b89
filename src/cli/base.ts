import { snapshotTracked, unresolvedIn } from '../adapters/repository.ts';
import { isOurs } from '../domain/branches.ts';
import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import type { EventOf } from '../domain/events.ts';
import { shellWord } from '../domain/shell-word.ts';
import { list } from '../domain/words.ts';
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
    .filter((name) => !isOurs(name));
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

/** The same for a run, before anything is done for it: what could never land is refused, not run to its end. */
export async function resolveRunBase(git: Git, project: Project): Promise<Outcome<Base>> {
  const { config } = project;
  const base = await resolveBase(git, project);
  if (!base.ok || base.value.ref !== null || config.land === 'leave') return base;
  return fail({
    code: 'land-nowhere',
    what: 'with --land merge a run has to start from a branch, to land in it; it would start from a commit',
    where: config.base === null ? 'no branch is checked out' : '--base, or base in the configuration',
    fix: 'git switch BRANCH, or: teams run --base BRANCH, or: teams run --land leave',
  });
}

/** Where a run starts from, with `--include-dirty` too, and a commit with the tracked changes of the checkout; null: none. */
export async function runBase(
  git: Git,
  project: Project,
  includeDirty: boolean,
): Promise<Outcome<{ readonly base: Base; readonly snapshot: string | null }>> {
  const clean = await resolveRunBase(git, project);
  if (!clean.ok) return clean;
  const unresolved = includeDirty ? await unresolvedIn(project.root) : [];
  if (unresolved.length > 0) return fail(unresolvedProblem(unresolved));
  const snapshot = await snapshotTracked(project.root);
  const base = includeDirty ? withTrackedChanges(project, clean.value, snapshot) : clean;
  return base.ok ? ok({ base: base.value, snapshot }) : base;
}

const unresolvedProblem = (paths: readonly string[]): Problem => ({
  code: 'include-dirty-unresolved',
  what: '--include-dirty would take conflicts that are not resolved',
  where: list(paths),
  why: 'agents would start on files with markers in them',
  fix: 'resolve them and git add them, or leave out --include-dirty',
});

/** The base with the tracked changes of the checkout on top, as a commit that no branch names. */
function withTrackedChanges(
  { config, repository }: Project,
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
  if (snapshot !== null && config.land === 'merge' && base.ref === repository.branch) {
    return fail({
      code: 'include-dirty-land',
      what: '--include-dirty and --land merge do not go together while the checkout has changes',
      why: 'what lands would have them too, and git does not overwrite what is not committed',
      fix: 'git commit -a   (then without --include-dirty), or: teams run --include-dirty --land leave',
    });
  }
  return ok(snapshot === null ? base : { ref: base.ref, commit: snapshot });
}
