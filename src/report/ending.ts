import { isBudgetSpent, raiseBudget, spentText } from '../domain/budget.ts';
import { printable } from '../domain/printable.ts';
import type { RunState } from '../domain/state.ts';
import { isTask } from '../domain/task.ts';
import { list } from '../domain/words.ts';
import { isAdrift, type Whereabouts } from '../domain/whereabouts.ts';
import { nextForRun, type Why, whyUnfinished } from '../domain/why.ts';
import type { Paint } from './paint.ts';
import { type Fact, factLines, whyLines } from './why-lines.ts';
import { fit, fitBefore, hanging, idColumns, row } from './width.ts';
import { formatDuration, idWidth, mergedCount, shortCommit } from './words.ts';

export interface EndingOptions {
  readonly paint: Paint;
  /** Folder of the run, as a person would type it; null: all of it goes away, and there is nothing to type. */
  readonly folder: string | null;
  /** Of the terminal; Infinity where lines may be as long as they are. */
  readonly columns: number;
}

/** More merged epics than this are counted, not listed: what is not merged has to stay in sight. */
const LISTED = 15;

/** The closing text of a run that is not at work any more; ends with a newline. */
export function ending(state: RunState, options: EndingOptions): string {
  const { paint, folder, columns } = options;
  const lines = [
    '',
    headline(state, options),
    ...mergedLines(state, options),
    ...openLines(state, options),
    '',
  ];
  const facts: Fact[] = [['verdict', verdictText(state)]];
  facts.push(['branch', `${state.started.branch} at ${shortCommit(state.head)}`]);
  if (state.landing !== null) facts.push(['landing', landingText(state.landing)]);
  facts.push(...spentFacts(state));
  if (folder !== null) facts.push(['evidence', folder, '']);
  if (isTask(state) && state.head !== state.started.start) {
    facts.push(['look', `git diff ${shortCommit(state.started.start)} ${shortCommit(state.head)}`, '']);
  }
  const next = folder === null ? null : nextForRun(state, false);
  if (next !== null) facts.push(['next', next, nextMeaning(state)]);
  lines.push(...factLines(facts, paint, columns));
  return `${lines.join('\n')}\n`;
}

function headline(state: RunState, { paint, columns }: EndingOptions): string {
  const color = state.phase === 'passed' ? paint.green : paint.red;
  const end =
    state.endedAt === null
      ? ''
      : ` after ${formatDuration(Date.parse(state.endedAt) - Date.parse(state.startedAt))}`;
  const merged = `${mergedCount(state)} of ${state.epics.length} epics merged`;
  const tail = `: ${state.phase}${end}, ${merged}`;
  return color.bold(hanging('', fitBefore(tail, printable(state.started.project), columns) + tail, columns));
}

function mergedLines(state: RunState, { paint, columns }: EndingOptions): readonly string[] {
  const merged = state.epics.filter((epic) => epic.phase === 'merged');
  if (merged.length === 0) return [];
  const ids = idColumns(idWidth(state), columns);
  const listed = merged.slice(0, LISTED).map((epic) => {
    const id = fit(printable(epic.plan.id), ids, true);
    const commit = ` (${shortCommit(epic.mergeCommit ?? '')})`;
    const title = fitBefore(commit, printable(epic.plan.title), columns - ids - '  ✓   '.length);
    return row(columns, '  ', ['✓', paint.green], ` ${id}  ${title}`, [commit, paint.dim]);
  });
  const more = merged.length - listed.length;
  return ['', 'merged', ...listed, ...(more > 0 ? [`    … and ${more} more`] : [])];
}

function openLines(state: RunState, { paint, folder, columns }: EndingOptions): readonly string[] {
  // Where it is the same for the whole run, once below is enough.
  const forRun = nextForRun(state, false);
  const open = alike(whyUnfinished(state, false)).map((why) =>
    folder === null || why.next === forRun ? { ...why, next: null } : why,
  );
  if (open.length === 0) return [];
  return ['', 'not merged', ...whyLines(open, { ids: idColumns(idWidth(state), columns), columns }, paint)];
}

/** Fewer epics than this are easier to read one by one. */
const ALIKE = 3;

/** Epics with the same to say share one entry: a night that ended early leaves many that were not started. */
function alike(entries: readonly Why[]): readonly Why[] {
  const ids = new Map<string, string[]>();
  const keyOf = ({ reason, next }: Why): string => JSON.stringify([reason, next]);
  for (const why of entries) ids.set(keyOf(why), [...(ids.get(keyOf(why)) ?? []), why.epicId]);
  return entries.flatMap((why) => {
    const [first, ...more] = ids.get(keyOf(why)) ?? [];
    if (more.length + 1 < ALIKE) return [why];
    return first === why.epicId ? [{ ...why, reason: `${why.reason}; the same: ${list(more)}` }] : [];
  });
}

export function spentFacts(state: RunState): Fact[] {
  const spent = spentText(state);
  return spent === null ? [] : [['spent', spent]];
}

export function verdictText(state: RunState): string {
  const { phase, reasons, rounds } = state.validation;
  switch (phase) {
    case 'none':
      return rounds === 0 ? 'none: the final validation did not take place' : 'none yet';
    case 'running':
      return 'the final validation is under way';
    case 'passed':
      return state.started.finalValidation
        ? 'pass'
        : 'pass, by the checks alone: there was no validator session';
    case 'failed':
      return `fail: ${reasons.join('; ')}`;
  }
}

export function landingText(landing: NonNullable<RunState['landing']>): string {
  return landing.type === 'run.landed'
    ? `${landing.branch} is at ${shortCommit(landing.commit)}`
    : `not in ${landing.branch}: ${landing.reason}`;
}

export function nextMeaning(state: RunState, where: Whereabouts | null = null): string {
  if (where !== null && isAdrift(where)) return 'gives the work its branch back';
  switch (state.phase) {
    case 'passed':
      // Epics of it were reset since, so the next command is no merge.
      if (mergedCount(state) < state.epics.length) return 'does again what was reset';
      return `brings the work into ${state.started.base.ref ?? 'the branch you are on'}`;
    case 'failed':
      if (state.landing !== null) return '';
      return mergedCount(state) === state.epics.length
        ? 'goes on from this branch and validates it again'
        : 'goes on from this branch and tries again what is not merged';
    case 'running':
    case 'interrupted':
    case 'timed-out':
      return 'goes on where it stopped';
    case 'stalled':
      return isBudgetSpent(state)
        ? `goes on where it stopped; first ${raiseBudget(state)}`
        : 'goes on where it stopped, once a backend can work again';
    case 'superseded':
      return '';
  }
}
