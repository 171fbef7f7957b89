import { join } from 'node:path';
import type { TeamsEvent } from '../../domain/events.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Outcome } from '../../domain/problem.ts';
import { findEpic, type RunState } from '../../domain/state.ts';
import { unknownEpic } from '../../domain/unknown-epic.ts';
import { type Paint, paintFor } from '../../report/paint.ts';
import { plainLine } from '../../report/plain.ts';
import { AttemptLogs, endOfCheck } from '../attempt-logs.ts';
import { JournalView } from '../journal-view.ts';
import { chosenRun, type LatestRun, pidAtWork } from '../latest-run.ts';
import { LineSink } from '../line-sink.ts';
import { nextChange } from '../../adapters/next-change.ts';
import { type CommandContext, refuse } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export interface LogsOptions extends CommandContext {
  /** Absent: the journal of the run. */
  readonly epic?: string | undefined;
  readonly follow?: boolean | undefined;
  /** Lines; absent: all there are. */
  readonly tail?: number | undefined;
  /** Id of a run; absent: the latest. */
  readonly run?: string | undefined;
}

/** Something that shows what is new each time it is asked. */
interface View {
  readonly journal: JournalView;
  /** Folders in which a change means that there may be something new. */
  folders(): readonly string[];
  update(): Promise<Outcome<void>>;
}

export async function logsCommand(options: LogsOptions): Promise<ExitCode> {
  const root = await findRepository(options.cwd);
  if (!root.ok) return refuse(options, root.error, EXIT.environment);
  const chosen = await chosenRun(root.value, options.run);
  if (!chosen.ok) return refuse(options, chosen.error, EXIT.usage);
  const run = chosen.value;
  if (run === null) {
    return refuse(
      options,
      {
        code: 'no-run',
        what: 'there has been no run here yet',
        where: root.value,
        fix: 'teams run',
      },
      EXIT.usage,
    );
  }
  const sink = new LineSink(options.stdout, options.tail);
  const paint = paintFor(options.color);
  const { epic } = options;
  const view =
    epic === undefined ? viewOfRun(run, sink, paint) : viewOfEpic(root.value, run, epic, sink, paint);
  const read = await view.update();
  if (!read.ok) return refuse(options, read.error, EXIT.environment);
  if (view.journal.state === null) {
    const isAlive = (await pidAtWork(run)) !== null;
    sink.push(
      `run ${run.runId} ${isAlive ? 'has written nothing yet' : 'was cut off before its first event was written; teams run starts a new one'}`,
    );
    sink.flush();
    return options.follow === true ? follow(options, run, view, sink) : EXIT.passed;
  }
  const unknown = epic === undefined ? null : unknownEpic([epic], view.journal.epicIds, 'this run');
  if (unknown !== null) return refuse(options, unknown, EXIT.usage);
  if (epic !== undefined && !wasAttempted(view.journal.state, epic)) {
    sink.push(`${epic} has not been attempted in this run yet`);
  }
  sink.flush();
  return options.follow === true ? follow(options, run, view, sink) : EXIT.passed;
}

function viewOfRun(run: LatestRun, sink: LineSink, paint: Paint): View {
  const journal = new JournalView(run.folder);
  return {
    journal,
    folders: () => [run.folder],
    update: () => journal.read((event, state) => sink.push(plainLine(event, state, paint))),
  };
}

/** The latest attempt at an epic: what its session wrote, and what the journal says before and after. */
function viewOfEpic(root: string, run: LatestRun, epicId: string, sink: LineSink, paint: Paint): View {
  const journal = new JournalView(run.folder);
  let logs: AttemptLogs | null = null;
  return {
    journal,
    folders: () => [run.folder, ...(logs === null ? [] : [logs.folder])],
    async update() {
      // What the journal says of the end of a session comes after the last words of the session.
      await logs?.read((line) => sink.push(line));
      let news: { readonly event: TeamsEvent; readonly line: string }[] = [];
      let begins = false;
      const read = await journal.read((event, state) => {
        const line = concerns(event, epicId) ? plainLine(event, state, paint) : null;
        if (line === null) return;
        if (event.type === 'attempt.started') {
          news = [];
          begins = true;
          const { attempt, backend } = event;
          logs = new AttemptLogs({ root, runFolder: run.folder, epicId, attempt, backend });
        }
        news.push({ event, line });
      });
      if (!read.ok) return read;
      if (begins) sink.push(news.shift()?.line ?? null);
      const over = news.some(({ event }) => event.type === 'attempt.ended');
      if (over) await logs?.readAll((line) => sink.push(line));
      else await logs?.read((line) => sink.push(line));
      for (const { event, line } of news) {
        sink.push(line);
        if (event.type !== 'check.ended' || event.exitCode === 0) continue;
        for (const text of await endOfCheck(join(run.folder, event.log))) sink.push(text);
      }
      return read;
    },
  };
}

const concerns = (event: TeamsEvent, epicId: string): boolean =>
  event.type === 'run.ended' || ('epicId' in event && event.epicId === epicId);

const wasAttempted = (state: RunState | null, epicId: string): boolean =>
  state !== null && (findEpic(state, epicId)?.attempt ?? 0) > 0;

/** Shows what is new whenever a file changes, until the run ends or nobody works on it any more. */
async function follow(
  context: CommandContext,
  run: LatestRun,
  view: View,
  sink: LineSink,
): Promise<ExitCode> {
  for (;;) {
    // Both before reading: nothing that is written meanwhile, or as the last thing, is missed.
    const change = nextChange(view.folders());
    const isAtWork = (await pidAtWork(run)) !== null;
    const read = await view.update();
    sink.flush();
    if (!read.ok || view.journal.ended || !isAtWork) {
      change.cancel();
      if (read.ok) return EXIT.passed;
      return refuse(context, read.error, EXIT.environment);
    }
    await change.happened;
  }
}
