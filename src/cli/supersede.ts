import { join } from 'node:path';
import type { RunState } from '../domain/state.ts';
import { recoverRun } from '../engine/recover.ts';
import { tidyBranches } from '../engine/run.ts';
import type { Compose } from './compose.ts';
import { openRun } from './compose.ts';
import type { Project } from './project.ts';

/**
 * Ends a run that was cut off, because a new one takes its place: what it left behind is found and ended first, so
 * that finished work counts and nothing of it is still alive.
 */
export async function supersede(project: Project, left: RunState, compose: Compose): Promise<string> {
  // Its statuses belong into its own PRD: another one may well have epics with the same ids.
  const { runId, prd: prdPath } = left.started;
  const own = { ...project, prdPath, prdFile: join(project.root, prdPath) };
  const ctx = await openRun(own, { runId, state: left }, [], compose);
  const recovered = await recoverRun(ctx, []);
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
