import { clearLeft } from '../../adapters/authoring-place.ts';
import { openGit } from '../../adapters/git/open.ts';
import { replay } from '../../adapters/journal/replay.ts';
import { listRuns, runFolder } from '../../adapters/layout.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { isResumable } from '../../domain/state.ts';
import { nameOf } from '../../domain/task.ts';
import { pauseMissing } from '../../engine/backends.ts';
import { planEpic } from '../../engine/plan-epic.ts';
import { recoverRun } from '../../engine/recover.ts';
import { missingBackends } from '../backends.ts';
import { type Compose, composePorts, openRun } from '../compose.ts';
import { driveToEnd, exitCodeOf, reporterFor, withLock } from '../drive.ts';
import { type CommandContext, refuse } from '../output.ts';
import { openProject } from '../project.ts';
import { runToResume } from '../run-to-resume.ts';
import { takePlans } from '../take-plans.ts';

/** Goes on with the newest run that was cut off, under the same id. */
export async function resumeCommand(
  options: CommandContext & { readonly json?: boolean },
  compose: Compose = composePorts,
): Promise<ExitCode> {
  const opened = await openProject({ ...options, prd: { of: 'run-to-resume' }, flags: {} });
  if (!opened.ok) return opened.error;
  const project = opened.value;
  const left = await runToResume(project.teams);
  if (!left.ok) return refuse(options, left.error, EXIT.environment);
  if (left.value === null) {
    return refuse(
      options,
      { code: 'no-run', what: 'there is no run to go on with', fix: 'teams run' },
      EXIT.usage,
    );
  }
  const { runId } = left.value.started;
  if (isResumable(left.value) && runId !== (await listRuns(project.teams)).at(-1)) {
    options.stderr(`going on with ${nameOf(left.value)}, which was cut off before the last one\n`);
  }
  return withLock(options, project.teams, runId, async () => {
    await clearLeft(openGit(project.root), project.teams);
    // Every event is checked: going on from a broken journal could merge something twice.
    const replayed = await replay(runFolder(project.teams, runId), { validate: true });
    if (!replayed.ok) return refuse(options, replayed.error, EXIT.environment);
    const { state } = replayed.value;
    if (!isResumable(state)) {
      options.stderr(
        `run ${runId} has ended (${state.phase}): ${state.endReason ?? ''}; teams run starts a new one\n`,
      );
      return exitCodeOf(state);
    }
    const plans = project.prd.epics.map((epic) => planEpic(epic, project.config));
    const unfinished = new Set(
      state.epics.flatMap(({ phase, plan }) => (phase === 'merged' ? [] : [plan.id])),
    );
    const missing = await missingBackends(
      project,
      project.prd.epics.filter((epic) => unfinished.has(epic.id)),
    );
    if (!missing.ok) return refuse(options, missing.error, EXIT.environment);
    const reporter = reporterFor(options);
    const ctx = await openRun(project, { runId, state }, [reporter], compose);
    const recovered = await recoverRun(ctx, plans);
    if (!recovered.ok) {
      reporter.close();
      await ctx.close();
      return refuse(options, recovered.error, EXIT.environment);
    }
    return driveToEnd(options, ctx, reporter, async () => {
      await pauseMissing(ctx, missing.value);
      await takePlans(ctx, project.teams);
    });
  });
}
