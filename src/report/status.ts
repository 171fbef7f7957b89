import { planRemarks, type PlanStanding } from '../domain/agreed-plan.ts';
import { printable } from '../domain/printable.ts';
import { type EpicState, isResumable, type RunState } from '../domain/state.ts';
import { isTask, nameOf } from '../domain/task.ts';
import { isAdrift, type Whereabouts } from '../domain/whereabouts.ts';
import { nextForRun, type Why } from '../domain/why.ts';
import { landingText, nextMeaning, spentFacts, verdictText } from './ending.ts';
import type { Paint } from './paint.ts';
import { fit, fitBefore, hanging, idColumns, row } from './width.ts';
import { formatDuration, idWidth, mergedCount, phasePaint, shortCommit, storyCount } from './words.ts';
import { type Fact, factLines, whyLines } from './why-lines.ts';

/** An epic of the PRD, as far as the file alone tells. */
export interface PrdEpic {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly dependsOn: readonly string[];
  readonly stories: { readonly done: number; readonly total: number };
}

export interface StatusView {
  readonly state: RunState;
  /** Null: nobody asked git. */
  readonly where: Whereabouts | null;
  /** The process that works on the run right now; null when there is none. */
  readonly pid: number | null;
  /** Folder of the run, as a person would type it. */
  readonly folder: string;
  /** Epics of the PRD that are not part of the run and not completed. */
  readonly others: readonly PrdEpic[];
  /** The run that this task came in between, if that was cut off. */
  readonly cutOff: RunState | null;
  /** How the plans of open epics stand, by epic id. */
  readonly plans: ReadonlyMap<string, PlanStanding>;
  /** Null: nobody asked why. */
  readonly why: readonly Why[] | null;
  /** The command that asks why. */
  readonly askWhy: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What there is to show before the first run. */
export type PrdStatusView = Pick<StatusView, 'plans' | 'why'> & {
  readonly project: string;
  readonly epics: readonly PrdEpic[];
};

/** What `crashed` adds to the phases of the journal: it says running, but nobody is at work. */
export type ShownPhase = RunState['phase'] | 'crashed';

export function shownPhase(state: RunState, alive: boolean): ShownPhase {
  if (alive) return isResumable(state) ? 'running' : state.phase;
  return state.phase === 'running' ? 'crashed' : state.phase;
}

/** How wide the lines of a table are. */
interface Table {
  readonly ids: number;
  /** Of the terminal; Infinity where lines may be as long as they are. */
  readonly columns: number;
  readonly paint: Paint;
}

/** `teams status` after a first run; ends with a newline. */
export function statusText(view: StatusView, paint: Paint, columns: number): string {
  const { state, others } = view;
  const widest = Math.max(idWidth(state), ...others.map((epic) => epic.id.length));
  const table = { ids: idColumns(widest, columns), columns, paint };
  const run = `: ${isTask(state) ? 'task' : 'run'} ${state.started.runId}`;
  const lines = [
    paint.bold(fitBefore(run, printable(state.started.project), columns) + run),
    hanging('', phaseLine(view), columns),
    '',
    ...state.epics.map((epic) => epicLine(epic, table)),
  ];
  if (others.length > 0) lines.push('', 'not in this run', ...others.map((epic) => prdLine(epic, table)));
  if (view.why !== null && view.why.length > 0) lines.push('', 'why', ...whyLines(view.why, table, paint));
  lines.push('', ...factLines(factsOf(view), paint, columns));
  return `${lines.join('\n')}\n`;
}

function factsOf(view: StatusView): readonly Fact[] {
  const { state, where, folder, pid, cutOff, plans } = view;
  const facts: Fact[] = [
    ['verdict', state.validation.phase === 'none' && isResumable(state) ? 'none yet' : verdictText(state)],
    ['branch', branchText(state, where)],
    ...landingFacts(state, where),
    ['evidence', folder, ''],
    ...spentFacts(state),
    ...(pid === null ? [] : pauseFacts(state)),
    ...planFacts(plans),
  ];
  if (view.why === null && state.epics.some(hasReason)) {
    facts.push(['why', view.askWhy, 'says it in full, with a command for each']);
  }
  const next = nextForRun(state, pid !== null, where);
  if (next !== null) facts.push(['next', next, pid === null ? nextMeaning(state, where) : '']);
  if (cutOff !== null) facts.push(['also', alsoCutOff(state, cutOff)]);
  return facts;
}

/** In its row the reason is cut. */
const hasReason = ({ phase, failureReason }: EpicState): boolean =>
  phase !== 'merged' && failureReason !== null;

function branchText({ started, head }: RunState, where: Whereabouts | null): string {
  if (where === null || where.onBranch) return `${started.branch} at ${shortCommit(head)}`;
  const lost = isAdrift(where) ? ', which no branch has any more' : '';
  return `${started.branch} is gone, it was at ${shortCommit(head)}${lost}`;
}

function landingFacts({ landing, phase }: RunState, where: Whereabouts | null): readonly Fact[] {
  if (where !== null && where.landedIn !== null) return [['landing', `${where.landedIn} has it`]];
  if (landing !== null) return [['landing', landingText(landing)]];
  // Only what has passed can land.
  return phase === 'passed' ? [['landing', 'not landed']] : [];
}

const planFacts = (plans: StatusView['plans']): readonly Fact[] =>
  planRemarks(plans).map(({ text }) => ['plans', text]);

function alsoCutOff(state: RunState, cutOff: RunState): string {
  const then = isResumable(state)
    ? 'after this one teams resume goes on with it'
    : 'teams resume goes on with it';
  return `${nameOf(cutOff)} was cut off before; ${then}`;
}

const pauseFacts = (state: RunState): readonly Fact[] =>
  Object.entries(state.pauses).map(([backend, { until, reason }]) => [
    'paused',
    `${backend}${until === null ? '' : ` until ${until}`}: ${reason}`,
  ]);

function phaseLine({ state, pid, now }: StatusView): string {
  const merged = `${mergedCount(state)} of ${state.epics.length} epics merged`;
  switch (shownPhase(state, pid !== null)) {
    case 'running':
      return `running (pid ${pid}) for ${formatDuration(now - Date.parse(state.startedAt))}, ${merged}`;
    case 'crashed':
      return `was cut off; teams resume goes on, ${merged}`;
    case 'interrupted':
      return `interrupted${ago(state, now)}; teams resume goes on, ${merged}`;
    case 'timed-out':
      return `stopped by its time limit${ago(state, now)}; teams resume goes on, ${merged}`;
    case 'stalled':
      return `stalled${ago(state, now)}: ${printable(state.endReason ?? '')}; ${merged}`;
    case 'passed':
      return `passed${ago(state, now)}, ${merged}`;
    case 'failed':
      return `failed${ago(state, now)}, ${merged}`;
    case 'superseded':
      return `given up for a later run${ago(state, now)}, ${merged}`;
  }
}

function ago({ startedAt, endedAt }: RunState, now: number): string {
  if (endedAt === null) return '';
  const end = Date.parse(endedAt);
  const since = now - end < JUST_NOW ? 'just now' : `${formatDuration(now - end)} ago`;
  return ` ${since} after ${formatDuration(end - Date.parse(startedAt))}`;
}

const JUST_NOW = 5_000;

function epicLine(epic: EpicState, { ids, columns, paint }: Table): string {
  const { done, total } = storyCount(epic);
  const id = fit(printable(epic.plan.id), ids, true);
  const attempt = (epic.attempt === 0 ? '' : `#${epic.attempt}`).padEnd(3);
  const note = epic.phase === 'merged' ? null : epic.failureReason;
  return row(
    columns,
    `  ${id}  `,
    [epic.phase.padEnd('merge-failed'.length), phasePaint(epic.phase, paint)],
    ` ${attempt} ${`${done}/${total}`.padStart(5)}  ${printable(note ?? epic.plan.title)}`,
  );
}

function prdLine(epic: PrdEpic, { ids, columns, paint }: Table): string {
  const stories = `${epic.stories.done}/${epic.stories.total}`.padStart(5);
  return row(
    columns,
    `  ${fit(printable(epic.id), ids, true)}  `,
    [printable(epic.status).padEnd('merge-failed'.length), paint.dim],
    `     ${stories}  ${printable(epic.title)}`,
  );
}

const NO_RUN = ': no run yet';

/** `teams status` when the PRD is all there is; ends with a newline. */
export function prdStatusText({ plans, why, ...prd }: PrdStatusView, paint: Paint, columns: number): string {
  const ids = idColumns(Math.max(0, ...prd.epics.map((epic) => epic.id.length)), columns);
  const lines = [
    paint.bold(`${fitBefore(NO_RUN, printable(prd.project), columns)}${NO_RUN}`),
    '',
    ...prd.epics.map((epic) => prdLine(epic, { ids, columns, paint })),
  ];
  if (why !== null && why.length > 0) lines.push('', 'why', ...whyLines(why, { ids, columns }, paint));
  const open = prd.epics.some((epic) => epic.status !== 'completed');
  if (open) lines.push('', ...factLines([...planFacts(plans), ['next', 'teams run', '']], paint, columns));
  return `${lines.join('\n')}\n`;
}
