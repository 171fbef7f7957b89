import { join } from 'node:path';
import type { RunState } from '../domain/state.ts';
import { recoverRun } from '../engine/recover.ts';
import type { RunContext } from '../engine/run-context.ts';
import { tidyBranches } from '../engine/run.ts';
import type { Compose } from './compose.ts';
import { openRun } from './compose.ts';
import type { Project } from './project.ts';

/**
 * Ends a run that was cut off, because a new one takes its place: what it left behind is found and ended first, so
 * that finished work counts and nothing of it is still alive.
 */
export async function supersede(project: Project, left: RunState, compose: Compose): Promise<string> {
  const ctx = await openLeft(project, left, compose);
  const recovered = await recoverRun(ctx, null);
  const found = recovered.ok ? recovered.value : recovered.error.what;
  await ctx.projector.flush();
  await tidyBranches(ctx);
  const { branch, start } = ctx.state.started;
  // Nothing was merged: the branch would only be one more name for the start.
  if (ctx.state.head === start) await ctx.ports.git.deleteBranches([{ branch, at: start }]);
  await ctx.publish({
    type: 'run.ended',
    outcome: 'superseded',
    reason: `a new run took its place; ${found}`,
  });
  await ctx.close();
  return found;
}

/**
 * Ends what a crash of another run left alive, when that one is to be gone on with later: a task, or the run that a task
 * came in between.
 */
export async function endWhatIsLeft(project: Project, left: RunState, compose: Compose): Promise<void> {
  if (left.phase !== 'running') return;
  const ctx = await openLeft(project, left, compose);
  const recovered = await recoverRun(ctx, null);
  if (recovered.ok) {
    await ctx.projector.flush();
    await ctx.publish({ type: 'run.ended', outcome: 'interrupted', reason: 'another run came in between' });
  }
  await ctx.close();
}

function openLeft(project: Project, left: RunState, compose: Compose): Promise<RunContext> {
  // Its statuses belong into its own PRD: another one may well have epics with the same ids.
  const { runId, prd: prdPath } = left.started;
  const own = { ...project, prdPath, prdFile: join(project.root, prdPath) };
  return openRun(own, { runId, state: left }, [], compose);
}
