import { type Action, decide } from '../domain/decide.ts';
import { shellPath } from '../domain/shell-word.ts';
import type { RunState } from '../domain/state.ts';
import { attemptEpic } from './attempt.ts';
import { watchPauses } from './backends.ts';
import { keepIntegration } from './integration.ts';
import { landRun } from './land.ts';
import { mergeEpic } from './merge.ts';
import type { RunContext } from './run-context.ts';
import { PRD_COPY } from './run-layout.ts';
import { planFix, validateRun } from './validate.ts';

/**
 * Drives a run from its current state to an end: decide, act, wait for the next event, again. Resolves with the last
 * state; throws what made it impossible to go on, after everything under way has ended.
 */
export async function driveRun(ctx: RunContext): Promise<RunState> {
  const underWay = new Set<Promise<void>>();
  const launch = (work: Promise<void>): void => {
    const guarded = work.catch((error: unknown) => ctx.abort(error)).finally(() => underWay.delete(guarded));
    underWay.add(guarded);
  };
  const cancelLimit = ctx.ports.clock.after(ctx.deadline - ctx.ports.clock.now(), () =>
    launch(ctx.requestStop('run-timeout')),
  );
  const pauses = watchPauses(ctx);
  try {
    await ctx.ports.files.write(PRD_COPY, JSON.stringify(ctx.setting.prd, null, 1));
    await ctx.checkout.look();
    // From now on an edit of the file by somebody else is seen as one.
    await ctx.projector.flush();
    while (ctx.failure === null && ctx.state.phase === 'running') {
      pauses.look();
      const actions = decide(ctx.state);
      for (const action of actions) {
        const work = perform(ctx, action);
        // Landing and the end come when nothing else is under way, and nothing may begin beside them. Everything else
        // publishes its first event before it yields, so that the next decision already sees it.
        if (action.type === 'land' || action.type === 'end') await work;
        else launch(work);
      }
      if (actions.length === 0) await ctx.changed();
    }
  } finally {
    cancelLimit();
    pauses.cancel();
    await Promise.all(underWay);
  }
  if (ctx.failure !== null) throw ctx.failure.error;
  await ctx.ports.journal.flush();
  return ctx.state;
}

function perform(ctx: RunContext, action: Action): Promise<void> {
  switch (action.type) {
    case 'announce-ready':
      return ctx.publish({ type: 'epic.ready', epicId: action.epicId });
    case 'announce-blocked':
      return ctx.publish({
        type: 'epic.blocked',
        epicId: action.epicId,
        by: action.by,
        reason: action.reason,
      });
    case 'attempt':
      return attemptEpic(ctx, action.epicId);
    case 'merge':
      return mergeEpic(ctx, action.epicId);
    case 'validate':
      return validateRun(ctx, action.round);
    case 'plan-fix':
      return planFix(ctx, action.round);
    case 'land':
      return landRun(ctx);
    case 'end':
      return endRun(ctx, action);
  }
}

async function endRun(ctx: RunContext, action: Extract<Action, { type: 'end' }>): Promise<void> {
  await keepIntegration(ctx);
  if (action.outcome === 'passed' || action.outcome === 'failed') await tidyBranches(ctx);
  await ctx.lookAtCheckout();
  // Before the end is on record: after it, no resume would make up for a write that a crash prevented.
  await projectEnd(ctx);
  await ctx.publish({ type: 'run.ended', outcome: action.outcome, reason: action.reason });
}

/** Says what became of the file of the person, if it is not simply what the run made of it. */
async function projectEnd(ctx: RunContext): Promise<void> {
  const { projector, setting, ports } = ctx;
  const warn = (code: string, text: string): Promise<void> =>
    ctx.publish({ type: 'notice', level: 'warning', code, text });
  const bringBack = async (): Promise<string> => {
    const text = projector.undamaged(ctx.state);
    if (text !== null) await ports.files.write(PRD_COPY, text);
    return `to bring it back with the statuses of the run: cp .teams/runs/${ctx.runId}/${PRD_COPY} ${shellPath(setting.prdPath)}`;
  };
  const projected = await projector.flush();
  if (!projected.ok) {
    const { code, what, where, why } = projected.error;
    const because = [what, where, why].filter((part) => part !== undefined).join('; ');
    // A file that is whole and cannot be written is not brought back by a copy.
    const fix = code === 'prd-not-written' ? '' : `; ${await bringBack()}`;
    await warn('prd-not-written', `the results of the run are not in ${setting.prdPath}: ${because}${fix}`);
  } else if (projector.damage !== null) {
    const text = `${setting.prdPath} was changed during the run and ${projector.damage}; ${await bringBack()}`;
    await warn('prd-damaged', text);
  } else if (projector.edited) {
    const text = `${setting.prdPath} was edited during the run: its statuses are those of the run, other edits count from the next run on`;
    await warn('prd-edited', text);
  }
}

/** The branches of merged epics are part of the integration branch; those with unmerged work are kept. */
export async function tidyBranches(ctx: RunContext): Promise<void> {
  const { git } = ctx.ports;
  const merged: { branch: string; at: string }[] = [];
  for (const { phase, branch, base, head, plan } of ctx.state.epics) {
    if (branch === null || head === null) continue;
    if (phase === 'merged' || head === base) merged.push({ branch, at: head });
    // What an earlier run left is part of the merge or of the branch of this run, unless an agent threw it away.
    const { carried } = plan;
    if (carried !== undefined && (await git.isAncestor(carried.head, head))) {
      merged.push({ branch: carried.branch, at: carried.head });
    }
  }
  if (merged.length > 0) await git.deleteBranches(merged);
}
