import { relative } from 'node:path';
import { writeSnapshot } from '../adapters/journal/state.ts';
import { isInForeground } from '../adapters/process/proc-fs.ts';
import { takeLock } from '../adapters/lock.ts';
import { lockFile } from '../adapters/layout.ts';
import { EXIT, type ExitCode } from '../domain/exit-codes.ts';
import type { RunState } from '../domain/state.ts';
import { driveRun } from '../engine/run.ts';
import type { RunContext } from '../engine/run-context.ts';
import { ending } from '../report/ending.ts';
import { jsonReporter } from '../report/json.ts';
import { liveReporter } from '../report/live/live.ts';
import { paintFor } from '../report/paint.ts';
import { plainReporter } from '../report/plain.ts';
import type { Reporter } from '../report/reporter.ts';
import { summaryMarkdown } from '../report/summary-md.ts';
import { columnsOf, type CommandContext, refuse } from './output.ts';
import { onStopSignals } from './stop-signals.ts';
import { onUncaught } from './uncaught.ts';

/** The view that fits: events for a program, lines for a file or a pipe, a live table on a terminal. */
export function reporterFor(options: CommandContext & { readonly json?: boolean | undefined }): Reporter {
  if (options.json === true) return jsonReporter(options.stdout);
  if (process.stdout.isTTY && options.env['TERM'] !== 'dumb' && isInForeground())
    return liveReporter(process.stdout, paintFor(options.color), isInForeground);
  return plainReporter(options.stdout, paintFor(options.color));
}

/** Runs `work` while holding the lock of the repository; nothing else of `teams` can change it meanwhile. */
export async function withLock(
  options: CommandContext,
  teams: string,
  runId: string,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const lock = await takeLock(lockFile(teams), { runId });
  if (!lock.ok)
    return refuse(options, lock.error, lock.error.code === 'lock-held' ? EXIT.locked : EXIT.environment);
  try {
    return await work();
  } finally {
    await lock.value.release();
  }
}

export interface DriveOptions extends CommandContext {
  readonly json?: boolean | undefined;
  /** The repository goes away with the run. */
  readonly temporary?: boolean;
}

/** Begins a run, if it has not begun, and drives it to its end under the eyes of a person: signals, the closing words, the exit code. */
export async function driveToEnd(
  options: DriveOptions,
  ctx: RunContext,
  reporter: Reporter,
  begin: () => Promise<void> = () => Promise.resolve(),
): Promise<ExitCode> {
  const unwatch = onSignals(options, ctx, reporter);
  const uncatch = onUncaught(options, () => ctx.ports.processes.reap(ctx.runId, ctx.state.processes));
  const { folder } = ctx.ports.files;
  let state: RunState;
  try {
    await begin();
    state = await driveRun(ctx);
    await writeSnapshot(folder, state);
    await ctx.ports.files.write('summary.md', summaryMarkdown(state));
  } finally {
    unwatch();
    uncatch();
    reporter.close();
    await ctx.close();
  }
  if (options.json !== true) {
    const look = { paint: paintFor(options.color), columns: columnsOf(options) };
    const place = options.temporary === true ? null : relative(options.cwd, folder);
    options.stdout(ending(state, { ...look, folder: place }));
  }
  if (state.phase === 'interrupted' && options.outputLost?.() === true) {
    const next = options.temporary === true ? '' : ': teams resume goes on with it';
    options.stderr(`the run was stopped, because nobody takes its output any more${next}\n`);
  }
  return exitCodeOf(state);
}

/** Once: stop in good order. Twice: kill now, a later resume finds what was left. */
function onSignals(options: DriveOptions, ctx: RunContext, reporter: Reporter): () => void {
  const end = (): void => {
    reporter.close();
    const next = options.temporary === true ? '' : '; teams resume goes on with the run';
    options.stderr(`ended at once${next}\n`);
    process.exit(EXIT.interrupted);
  };
  return onStopSignals(
    () => void ctx.requestStop('interrupt').catch((error: unknown) => ctx.abort(error)),
    () => void ctx.ports.processes.reap(ctx.runId, ctx.state.processes, 0).finally(end),
  );
}

export function exitCodeOf(state: RunState): ExitCode {
  switch (state.phase) {
    case 'passed':
      return EXIT.passed;
    case 'interrupted':
      return EXIT.interrupted;
    case 'stalled':
      return EXIT.environment;
    case 'failed':
    case 'timed-out':
    case 'superseded':
    case 'running':
      return EXIT.notPassed;
  }
}
