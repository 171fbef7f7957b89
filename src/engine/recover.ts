import type { EpicPlan, EventPayload } from '../domain/events.ts';
import type { Prd } from '../domain/prd.ts';
import { list } from '../domain/words.ts';
import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import { shellWord } from '../domain/shell-word.ts';
import { findEpic, isFix, storiesToDo, type RunState } from '../domain/state.ts';
import { keepLeftovers } from './leftovers.ts';
import type { MergeRecord } from './ports.ts';
import { provenStories } from './proof.ts';
import type { RunContext } from './run-context.ts';
import { attemptFolder } from './run-layout.ts';

/**
 * After a stop or a crash: asks git and the process table what really happened, ends what was left behind, and
 * publishes the truth. Afterwards nothing is under way and the state can be driven on. `plans` are the epics as the
 * PRD has them now; null when the run is not gone on with, so that its PRD may say what it likes. A crash in here is
 * harmless: everything is looked at again the next time.
 */
export async function recoverRun(
  ctx: RunContext,
  plans: readonly EpicPlan[] | null,
): Promise<Outcome<string>> {
  const reaped = await ctx.ports.processes.reap(ctx.runId, ctx.state.processes);
  // Before anything is asked of them: this mends those of a repository that was moved.
  const worktrees = await ctx.ports.git.worktreesBelow(ctx.ports.files.worktrees);
  const attempts = await findAttempts(ctx);
  // Attempts make fresh ones, and what was not committed is saved as a patch by now.
  for (const worktree of worktrees) await ctx.ports.git.removeWorktree(worktree);
  const merges = await findMerges(ctx);
  if (!merges.ok) return merges;
  const changed = changedPlans(ctx.state, plans ?? []);
  const gone = plans === null ? null : takenBack(ctx, merges.value);
  const astray = gone ?? dependencyAstray(ctx.state, ctx.setting.prd, changed);
  if (astray !== null) return fail(astray);

  const corrections = [...merges.value, ...attempts, ...validationLeft(ctx.state)];
  const found = describe(ctx.state, {
    reaped,
    merges: merges.value.filter(({ type }) => type === 'merge.done').length,
    attempts: attempts.length,
  });
  // Corrections come first: an edited epic starts again only when it is not merged after all.
  for (const payload of corrections) await ctx.publish(payload);
  const late = editedTooLate(ctx.state, plans ?? []);
  if (late !== null) await ctx.publish(late);
  const stillOpen = changed.filter((plan) => ctx.epic(plan.id).phase !== 'merged');
  await ctx.publish({
    type: 'run.resumed',
    pid: process.pid,
    found,
    budget: ctx.config.budget,
    changed: stillOpen,
  });
  return ok(found);
}

/** The branch decides which merges were made: the journal may have lost the line, the trailers have not. */
async function findMerges(ctx: RunContext): Promise<Outcome<EventPayload[]>> {
  const { git } = ctx.ports;
  const { head, started } = ctx.state;
  const { branch } = started;
  const tip = await git.resolve(`refs/heads/${branch}`);
  if (tip === null) {
    if (head === started.start) {
      await git.createBranch(branch, head);
      return ok([]);
    }
    return fail({
      code: 'integration-branch-gone',
      what: `the integration branch ${branch} is gone`,
      why: `epics were merged into it, its last known commit is ${head}`,
      fix: `git branch ${shellWord(branch)} ${head}`,
    });
  }
  const records = await git.mergesOf(head, tip);
  const lost: MergeRecord[] = [];
  for (const record of records.toReversed()) {
    if (await isIntended(ctx, record)) lost.push(record);
  }
  const expected = lost.at(-1)?.commit ?? head;
  if (tip !== expected) {
    return fail({
      code: 'integration-branch-moved',
      what: `${branch} is at ${tip.slice(0, 12)}, but the last merge of this run is ${expected.slice(0, 12)}`,
      why: 'something other than teams moved it; going on could lose work or merge it twice',
      fix: `git branch -f ${shellWord(branch)} ${expected}   (after saving what else is on it), then teams resume`,
    });
  }
  const done: EventPayload[] = [];
  for (const { epicId, attempt, commit } of lost) {
    // `by` is only a statistic; the evidence file in merges/ has the truth.
    done.push({ type: 'merge.done', epicId, attempt, commit, by: 'git', recovered: true });
  }
  const found = new Set(lost.map((record) => record.epicId));
  for (const { plan, phase } of ctx.state.epics) {
    if (phase === 'merging' && !found.has(plan.id)) {
      done.push({ type: 'merge.interrupted', epicId: plan.id, held: false });
    }
  }
  return ok(done);
}

/**
 * The intent to merge is on disk before the branch moves, so a merge that nobody announced is not ours, whatever its
 * trailers say: an agent could have made it.
 */
async function isIntended(ctx: RunContext, { commit, runId, epicId }: MergeRecord): Promise<boolean> {
  const epic = findEpic(ctx.state, epicId);
  if (runId !== ctx.runId || epic?.phase !== 'merging') return false;
  const { git } = ctx.ports;
  const [onto, head] = await Promise.all([git.resolve(`${commit}^1`), git.resolve(`${commit}^2`)]);
  return onto === ctx.state.head && head === epic.head;
}

/** Attempts that were cut off: what they committed and claimed is kept as far as git confirms it. */
async function findAttempts(ctx: RunContext): Promise<EventPayload[]> {
  const { git, files } = ctx.ports;
  const found: EventPayload[] = [];
  for (const epic of ctx.state.epics) {
    if (epic.phase !== 'attempting' || epic.branch === null || epic.base === null) continue;
    const epicId = epic.plan.id;
    const { attempt, branch, base } = epic;
    const proven = await provenStories(ctx, { epicId, attempt, base, branch, todo: storiesToDo(epic) });
    for (const story of proven) found.push({ type: 'story.updated', epicId, attempt, ...story });
    await files.makeFolder(attemptFolder(epicId, attempt));
    await keepLeftovers(ctx, epicId, attempt);
    const head = await git.resolve(`refs/heads/${branch}`);
    found.push({
      type: 'attempt.ended',
      epicId,
      attempt,
      outcome: 'interrupted',
      reasons: [],
      head,
      usage: null,
    });
  }
  return found;
}

/** The task of an epic that is not in the PRD any more is gone: nothing could be built or judged by it. */
function takenBack({ state, setting }: RunContext, merges: readonly EventPayload[]): Problem | null {
  const merged = new Set(merges.flatMap((found) => (found.type === 'merge.done' ? [found.epicId] : [])));
  const gone = state.epics
    .filter(({ phase, plan: { id } }) => phase !== 'merged' && !merged.has(id) && !isFix(id))
    .map(({ plan }) => plan.id)
    .filter((id) => setting.prd.epics.every((epic) => epic.id !== id));
  if (gone.length === 0) return null;
  return {
    code: 'epic-taken-back',
    what: `not merged, and not in the PRD any more: ${gone.join(', ')}`,
    where: setting.prdPath,
    why: 'this run still has to build what was taken out',
    fix: 'teams run   starts a new run over the PRD as it is now; or put it back, then: teams resume',
  };
}

/** An edited epic may now depend on one that this run does not have and that nobody has finished. */
function dependencyAstray(state: RunState, prd: Prd, changed: readonly EpicPlan[]): Problem | null {
  for (const { id } of changed) {
    const missing = prd.epics
      .find((epic) => epic.id === id)
      ?.dependsOn.find(
        (other) =>
          findEpic(state, other) === undefined &&
          prd.epics.find((epic) => epic.id === other)?.status !== 'completed',
      );
    if (missing === undefined) continue;
    return {
      code: 'dependency-out-of-scope',
      what: `${id} was edited and now depends on ${missing}, which this run does not have`,
      fix: 'teams run   starts a new run over the PRD as it is now',
    };
  }
  return null;
}

const validationLeft = (state: RunState): EventPayload[] =>
  state.validation.phase === 'running'
    ? [
        {
          type: 'validation.ended',
          round: state.validation.rounds + 1,
          outcome: 'interrupted',
          reasons: [],
          findings: [],
        },
      ]
    : [];

/** Epics whose text was edited since the run knew them: only those start again. */
function changedPlans(state: RunState, plans: readonly EpicPlan[]): EpicPlan[] {
  const inRun = new Set(state.epics.map((epic) => epic.plan.id));
  return plans
    .filter((plan) => {
      const known = findEpic(state, plan.id);
      return known !== undefined && known.phase !== 'merged' && known.plan.hash !== plan.hash;
    })
    .map((plan) => ({ ...plan, dependsOn: plan.dependsOn.filter((id) => inRun.has(id)) }));
}

function editedTooLate(state: RunState, plans: readonly EpicPlan[]): EventPayload | null {
  const ids = plans
    .filter(({ id, hash }) => {
      const known = findEpic(state, id);
      return known?.phase === 'merged' && known.plan.hash !== hash;
    })
    .map(({ id }) => id);
  if (ids.length === 0) return null;
  const text = `edited after they were merged, which this run does not do again: ${list(ids)} (teams reset, once the run has ended)`;
  return { type: 'notice', level: 'warning', code: 'edited-after-merge', text };
}

function describe(state: RunState, found: { reaped: number; merges: number; attempts: number }): string {
  const own = state.epics.filter((epic) => !isFix(epic.plan.id));
  const merged = own.filter((epic) => epic.phase === 'merged').length + found.merges;
  const cutOff = state.epics.filter((epic) => epic.phase === 'attempting').length;
  const parts = [`${Math.min(merged, own.length)} of ${own.length} epics are merged`];
  if (cutOff > 0) parts.push(`${cutOff} ${cutOff === 1 ? 'attempt was' : 'attempts were'} cut off`);
  if (found.reaped > 0)
    parts.push(`${found.reaped} left-over ${found.reaped === 1 ? 'process' : 'processes'} ended`);
  return parts.join(', ');
}
