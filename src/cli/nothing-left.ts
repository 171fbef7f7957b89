import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import { printable } from '../domain/printable.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { RunState } from '../domain/state.ts';
import { isAdrift, isProven, restoreBranch } from '../domain/whereabouts.ts';
import { runAgain } from '../domain/why.ts';
import { findWork } from '../engine/find-work.ts';
import type { Git } from '../engine/ports.ts';
import type { RunOptions } from './commands/run.ts';
import type { Project } from './project.ts';

/**
 * What is left when every epic is completed and the last run is proven: nothing (a line says where the work is), landing
 * it, or a new run after all.
 */
export async function nothingLeft(
  git: Git,
  { prdPath, config }: Project,
  asked: Pick<RunOptions, 'base' | 'land'>,
  last: RunState,
): Promise<Outcome<{ readonly nothing: string } | 'land' | 'new-run'>> {
  const { base, branch } = last.started;
  const { ref } = base;
  const done = `nothing to do: every epic of ${prdPath} is completed and the last verdict is pass`;
  const where = await findWork(git, last);
  // A branch on which a person only looks at it is not where it is to land.
  const isThere = where.landedIn === ref || config.land === 'leave' || ref === null;
  if (where.landedIn !== null && isThere) {
    return ok({ nothing: `${done}; ${printable(where.landedIn)} has the work` });
  }
  if (isAdrift(where)) {
    return fail({
      code: 'work-adrift',
      what: `every epic of ${prdPath} is completed and judged, but ${branch} is gone and no branch has the code`,
      why: `its last commit is ${last.head}; git keeps what no branch has only for a while`,
      fix: `one of:\n    ${restoreBranch(last)}   to have it back\n    teams reset --all   to do the work again`,
    });
  }
  const onBranch = `${done}; the work is on ${branch}`;
  if (ref === null) {
    const merge = `git merge ${shellWord(branch)}`;
    if (config.land === 'leave') return ok({ nothing: `${onBranch}: ${merge} brings it where you are` });
    return fail({
      code: 'land-nowhere',
      what: `the work on ${branch} was begun from a commit, so there is no branch for it to land in`,
      fix: `git switch BRANCH && ${merge}`,
    });
  }
  const name = printable(ref);
  // Whoever took it back does not want it again for a line in the configuration.
  if (last.landing?.type === 'run.landed' && asked.land !== 'merge') {
    const again = `git switch ${shellWord(ref)} && git merge ${shellWord(branch)}`;
    return ok({ nothing: `${onBranch}, and not in ${name} any more, where it landed: ${again}` });
  }
  if (config.land === 'leave') {
    return ok({ nothing: `${onBranch}, not in ${name}: ${runAgain(last)} --land merge brings it there` });
  }
  // Both as they are would fail again: that is work for agents, on a tree that has both.
  if (last.landing?.type === 'run.land-failed' && last.landing.rule !== undefined) return ok('new-run');
  return ok(asked.base === undefined || asked.base === ref ? 'land' : 'new-run');
}

/**
 * Whoever names a completed epic together with `--land merge` wants to have its work. That is with all the rest of its
 * run on one branch, so `problem` is told with the way to bring that in.
 */
export async function orLand(
  git: Git,
  problem: Problem,
  { config }: Project,
  last: RunState | undefined,
): Promise<Problem> {
  if (problem.code !== 'epic-completed' || config.land !== 'merge') return problem;
  if (last === undefined || !isProven(last)) return problem;
  const where = await findWork(git, last);
  if (where.landedIn !== null || !where.onBranch) return problem;
  const merge = `git merge ${shellWord(last.started.branch)}   brings all that is merged where you are`;
  return { ...problem, fix: ['one of:', merge, problem.fix ?? ''].join('\n    ') };
}
