import type { EventOf, Reason } from '../domain/events.ts';
import { withMergeWorktree } from './merge-work.ts';
import type { RunContext } from './run-context.ts';

type Where = EventOf<'check.started'>['where'];

export interface CheckPlan {
  readonly epicId: string | null;
  readonly where: Where;
  readonly worktree: string;
  /** Folder for the logs, relative to the folder of the run. */
  readonly folder: string;
  readonly commands: readonly string[];
}

export interface CheckRecord {
  readonly command: string;
  readonly exitCode: number | null;
  readonly durationMs: number;
  readonly log: string;
}

export interface CheckReport {
  readonly records: readonly CheckRecord[];
  /** The first check that did not exit with 0; later ones were not run. */
  readonly failed: Reason | null;
  readonly stopped: boolean;
}

/** Runs commands one after another in a worktree and journals each with its exit code; the first failure ends it. */
export async function runChecks(ctx: RunContext, plan: CheckPlan): Promise<CheckReport> {
  const records: CheckRecord[] = [];
  if (plan.commands.length === 0) return { records, failed: null, stopped: false };
  await ctx.ports.files.makeFolder(plan.folder);
  for (const [index, command] of plan.commands.entries()) {
    if (ctx.stop.aborted) return { records, failed: null, stopped: true };
    const log = `${plan.folder}/${plan.where}-${index + 1}.log`;
    const about = { epicId: plan.epicId, where: plan.where, command, log };
    await ctx.publish({ type: 'check.started', ...about });
    let pid: number | null = null;
    const end = await ctx.ports.checks.run(
      {
        runId: ctx.runId,
        command,
        cwd: plan.worktree,
        log: ctx.ports.files.path(log),
        timeout: ctx.config.timeouts.check,
        env: { TEAMS_RUN_ID: ctx.runId, ...(plan.epicId === null ? {} : { TEAMS_EPIC_ID: plan.epicId }) },
      },
      {
        started: (process) => {
          pid = process.pid;
          void ctx
            .publish({
              type: 'process.started',
              role: 'check',
              epicId: plan.epicId,
              backend: null,
              ...process,
            })
            .catch((error: unknown) => ctx.abort(error));
        },
      },
      ctx.stop,
    );
    if (pid !== null)
      await ctx.publish({ type: 'process.ended', pid, exitCode: end.exitCode, signal: null, usage: null });
    if (end.cause === 'stopped') return { records, failed: null, stopped: true };
    const record = { command, exitCode: end.exitCode, durationMs: end.durationMs, log };
    records.push(record);
    await ctx.publish({ type: 'check.ended', ...about, exitCode: end.exitCode, durationMs: end.durationMs });
    if (end.exitCode !== 0) {
      const how =
        end.cause === 'timeout' ? 'reached its time limit' : `exited with ${end.exitCode ?? 'a signal'}`;
      const rule = plan.where === 'setup' ? 'setup-failed' : 'check-failed';
      return {
        records,
        failed: { rule, text: `\`${command}\` ${how} (${log})`, details: end.tail },
        stopped: false,
      };
    }
  }
  return { records, failed: null, stopped: false };
}

/** Makes a fresh worktree usable: the files that git ignores, then the setup commands. */
export async function prepareWorktree(
  ctx: RunContext,
  plan: Omit<CheckPlan, 'where' | 'commands'>,
): Promise<CheckReport> {
  const missing = await ctx.ports.files.copyInto(plan.worktree, ctx.config.copy);
  if (missing.length > 0) {
    const text = `nothing to copy into the worktree at ${missing.join(', ')}`;
    await ctx.noticeOnce({ level: 'warning', code: 'copy-missing', text });
  }
  return runChecks(ctx, { ...plan, where: 'setup', commands: ctx.config.setup });
}

/** The checks of the configuration, then those of the epic itself. */
export const verifyCommands = (ctx: RunContext, epicId: string): readonly string[] => [
  ...ctx.config.verify,
  ...(ctx.epicText(epicId).verify ?? []),
];

/** The checks of the configuration, then those of every epic of the run, each once. */
export const allVerifyCommands = (ctx: RunContext): readonly string[] => [
  ...new Set([
    ...ctx.config.verify,
    ...ctx.state.epics.flatMap((epic) => ctx.epicText(epic.plan.id).verify ?? []),
  ]),
];

/**
 * Runs the checks on a commit, in a worktree of its own: what somebody left in ignored files must not make them pass.
 * Null: they pass, or there are none.
 */
export async function checkCommit(
  ctx: RunContext,
  commit: string,
  plan: Omit<CheckPlan, 'worktree'>,
): Promise<Reason | 'stopped' | null> {
  if (plan.commands.length === 0) return null;
  return withMergeWorktree(ctx, commit, async (worktree) => {
    const setup = await prepareWorktree(ctx, { ...plan, worktree });
    if (setup.stopped) return 'stopped';
    if (setup.failed !== null) return setup.failed;
    const checks = await runChecks(ctx, { ...plan, worktree });
    return checks.stopped ? 'stopped' : checks.failed;
  });
}
