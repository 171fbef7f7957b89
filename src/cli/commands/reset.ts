import { loadRuns } from '../../adapters/journal/runs.ts';
import { prdProjection } from '../../adapters/prd-file.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Problem } from '../../domain/problem.ts';
import { planReset } from '../../domain/reset.ts';
import { findEpic, isResumable, type RunState } from '../../domain/state.ts';
import { isTask } from '../../domain/task.ts';
import { runAgain } from '../../domain/why.ts';
import { unknownEpic } from '../../domain/unknown-epic.ts';
import { planEpic } from '../../engine/plan-epic.ts';
import { recoverRun } from '../../engine/recover.ts';
import type { RunContext } from '../../engine/run-context.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { composePorts, openRun } from '../compose.ts';
import { withLock } from '../drive.ts';
import { type CommandContext, refuse } from '../output.ts';
import { openProject, type Project } from '../project.ts';

export interface ResetOptions extends CommandContext {
  readonly epics: readonly string[];
  readonly all?: boolean;
  readonly cascade?: boolean;
}

/** Sets epics back to pending. Nothing is deleted: unmerged work stays on its branch, merged code where it is. */
export async function resetCommand(options: ResetOptions): Promise<ExitCode> {
  const opened = await openProject({ ...options, prd: { of: 'last-run' }, flags: {} });
  if (!opened.ok) return opened.error;
  const project = opened.value;
  const known = project.prd.epics.map((epic) => epic.id);
  const wrong = wrongUse(options, known);
  if (wrong !== null) return refuse(options, wrong, EXIT.usage);
  return withLock(options, project.teams, 'reset', async () => {
    const runs = await loadRuns(project.teams);
    if (!runs.ok) return refuse(options, runs.error, EXIT.environment);
    const [newest, ...older] = runs.value.filter((run) => !isTask(run));
    if (newest === undefined) return resetEpics(options, project, null, []);
    const ctx = await openRun(project, { runId: newest.started.runId, state: newest }, [], composePorts);
    try {
      return await resetEpics(options, project, ctx, older);
    } finally {
      await ctx.close();
    }
  });
}

/** `ctx` is the newest run: resets go on its record, so that it can still be resumed. `older` are the runs before it. */
async function resetEpics(
  options: ResetOptions,
  opened: Project,
  ctx: RunContext | null,
  older: readonly RunState[],
): Promise<ExitCode> {
  const resumable = ctx !== null && isResumable(ctx.state);
  let { prd } = opened;
  if (resumable) {
    // What a crash left under way has to be known first: it may be merged after all.
    const recovered = await recoverRun(
      ctx,
      prd.epics.map((epic) => planEpic(epic, opened.config)),
    );
    if (!recovered.ok) return refuse(options, recovered.error, EXIT.environment);
    await ctx.projector.flush();
    await ctx.publish({ type: 'run.ended', outcome: 'interrupted', reason: 'epics are reset' });
    prd = (await loadPrd(opened.prdFile)).prd ?? prd;
  }
  const named = options.all === true ? prd.epics.map((epic) => epic.id) : options.epics;
  const targets = planReset(prd, named, options.cascade === true);
  if (!targets.ok) return refuse(options, targets.error, EXIT.usage);
  const kept = new Map<string, string>();
  for (const epicId of targets.value) {
    if (ctx === null) break;
    const branch = await unmergedWork(ctx, older, epicId);
    if (branch !== null) kept.set(epicId, branch);
    if (findEpic(ctx.state, epicId) !== undefined)
      await ctx.publish({ type: 'epic.reset', epicId, kept: branch });
  }
  const epics = prd.epics.filter((epic) => targets.value.includes(epic.id));
  const written = await prdProjection(opened.prdFile, opened.teams).write(
    epics.map((epic) => ({
      id: epic.id,
      status: 'pending',
      stories: epic.userStories.map((story) => ({ id: story.id, passes: false, failureReason: null })),
    })),
  );
  if (!written.ok) return refuse(options, written.error, EXIT.environment);
  for (const epic of epics) {
    const branch = kept.get(epic.id);
    const where = branch === undefined ? '' : `; its unmerged work is kept on ${branch}`;
    const merged = epic.status === 'completed' ? '; its merged code stays where it is' : '';
    options.stdout(`${epic.id} is pending again${where}${merged}\n`);
  }
  options.stdout(`next: ${resumable ? 'teams resume' : ctx === null ? 'teams run' : runAgain(ctx.state)}\n`);
  return EXIT.passed;
}

function wrongUse(options: ResetOptions, known: readonly string[]): Problem | null {
  if (options.all === true && options.epics.length > 0) {
    return {
      code: 'usage',
      what: '--all resets every epic; name epics or give --all, not both',
      fix: 'teams reset --all',
    };
  }
  if (options.all !== true && options.epics.length === 0) {
    return {
      code: 'usage',
      what: 'reset needs to know which epics',
      fix: `teams reset ${known[0]}, or teams reset --all`,
    };
  }
  return unknownEpic(options.epics, known, 'the PRD');
}

/** The branch with work on an epic that is in no integration branch, from the newest run that has it. */
async function unmergedWork(
  ctx: RunContext,
  older: readonly RunState[],
  epicId: string,
): Promise<string | null> {
  for (const state of [ctx.state, ...older]) {
    const epic = findEpic(state, epicId);
    if (epic === undefined || epic.branch === null) continue;
    if (epic.phase === 'merged') return null;
    const head = await ctx.ports.git.resolve(`refs/heads/${epic.branch}`);
    return head === null || head === epic.base ? null : epic.branch;
  }
  return null;
}
