import type { Activity } from '../../domain/events.ts';
import { printable } from '../../domain/printable.ts';
import type { EpicState, RunState } from '../../domain/state.ts';
import { waitsForBackend } from '../../domain/why.ts';
import type { Paint } from '../paint.ts';
import { displayWidth, fit, idColumns } from '../width.ts';
import { formatDuration, idWidth, mergedCount, phasePaint, storyCount } from '../words.ts';
import { chooseRows } from './choose-rows.ts';

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When this process began to work on the run: the time between an interruption and a resume is no work. */
  readonly since: number;
  readonly paint: Paint;
  /** The newest lines of news, oldest first; uncoloured and printable. */
  readonly news: readonly string[];
}

/** What each epic's session does right now; the final validator is under the empty id. */
export type Activities = ReadonlyMap<string, Activity>;

const NEWS = 3;

/** The whole live view as lines, none wider than the terminal and never more than fit on it. Pure. */
export function frame(state: RunState, activities: Activities, options: FrameOptions): string[] {
  const { columns, rows, paint } = options;
  const news = options.news.slice(-Math.max(0, Math.min(NEWS, rows - 5)));
  const room = rows - 2 - news.length - (news.length > 0 ? 1 : 0);
  const { shown, hidden } = chooseRows(state.epics, Math.max(0, room));
  const lines = [header(state, options)];
  for (const epic of shown) lines.push(row(state, epic, activities.get(epic.plan.id), options));
  if (hidden !== null) lines.push(paint.dim(fit(`  … ${hidden}`, columns)));
  lines.push(bar(state, activities.get(''), options));
  if (news.length > 0) lines.push('', ...news.map((line) => paint.dim(fit(line, columns))));
  return lines.slice(0, Math.max(1, rows));
}

function header(state: RunState, { columns, now, since, paint }: FrameOptions): string {
  const end = state.endedAt === null ? now : Date.parse(state.endedAt);
  const phase = state.stopping !== null && state.phase === 'running' ? 'stopping' : state.phase;
  const right = `${phase}  ${formatDuration(end - since)}`;
  const left = fit(
    printable(`${state.started.project}  ${state.started.runId}`),
    columns - right.length - 2,
    true,
  );
  return left === '' ? fit(right, columns) : `${paint.bold(left)}  ${right}`;
}

function row(
  state: RunState,
  epic: EpicState,
  activity: Activity | undefined,
  options: FrameOptions,
): string {
  const { columns, now, paint } = options;
  const id = fit(printable(epic.plan.id), liveIds(state, columns), true);
  const phase = epic.phase.padEnd('merge-failed'.length);
  const { done, total } = storyCount(epic);
  const attempt = epic.attempt === 0 ? '  ' : `#${epic.attempt}`.padEnd(2);
  const counts = `${attempt} ${`${done}/${total}`.padStart(5)}`;
  const time = timeOf(epic, now).padStart(7);
  const fixed = `  ${id}  ${phase} ${counts} ${time}  `;
  const left = columns - displayWidth(fixed);
  if (left < 0) return fit(fixed.trimEnd(), columns);
  const doing = fit(printable(doingOf(state, epic, activity)), left);
  return `  ${paint.bold(id)}  ${phasePaint(epic.phase, paint)(phase)} ${counts} ${paint.dim(time)}  ${doing}`.trimEnd();
}

/** Columns for ids, in the rows and in the news below them. */
export const liveIds = (state: RunState, columns: number): number =>
  Math.min(20, idColumns(idWidth(state), columns));

function timeOf(epic: EpicState, now: number): string {
  if (epic.startedAt === null) return '';
  return formatDuration(
    (epic.endedAt === null ? now : Date.parse(epic.endedAt)) - Date.parse(epic.startedAt),
  );
}

function doingOf(state: RunState, epic: EpicState, activity: Activity | undefined): string {
  switch (epic.phase) {
    case 'attempting':
    case 'merging':
      return activity?.text ?? epic.plan.title;
    case 'failed':
    case 'partial':
    case 'merge-failed':
    case 'blocked':
      return epic.failureReason ?? epic.plan.title;
    case 'ready':
      if (epic.failures > 0) return `tried again: ${epic.failureReason ?? ''}`;
      return waitsForBackend(state, epic) ?? epic.plan.title;
    case 'waiting':
    case 'passed':
    case 'merged':
      return epic.plan.title;
  }
}

function bar(state: RunState, validator: Activity | undefined, { columns, paint }: FrameOptions): string {
  const merged = mergedCount(state);
  const total = state.epics.length;
  const text = fit(printable(`${merged}/${total} merged${validationText(state, validator)}`), columns - 24);
  if (text === '') return fit(`${merged}/${total} merged`, columns);
  const filled = Math.round((merged / total) * 20);
  return `  ${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(20 - filled))}  ${text}`;
}

function validationText(state: RunState, validator: Activity | undefined): string {
  switch (state.validation.phase) {
    case 'none':
      return '';
    case 'running':
      return `, final validation: ${validator?.text ?? `round ${state.validation.rounds + 1}`}`;
    case 'passed':
      return ', verdict pass';
    case 'failed':
      return ', verdict fail';
  }
}
