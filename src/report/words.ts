import type { EpicPhase, EpicState, RunState } from '../domain/state.ts';
import type { Paint } from './paint.ts';

/** `4s`, `3m 12s`, `1h 04m`; from milliseconds. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** Time of day of an ISO 8601 time, where the person is. */
export function timeOfDay(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}

export const shortCommit = (commit: string): string => commit.slice(0, 7);

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export function phasePaint(phase: EpicPhase, paint: Paint): Paint {
  switch (phase) {
    case 'merged':
      return paint.green;
    case 'attempting':
    case 'merging':
    case 'passed':
      return paint.cyan;
    case 'failed':
    case 'partial':
    case 'merge-failed':
      return paint.red;
    case 'blocked':
      return paint.yellow;
    case 'waiting':
    case 'ready':
      return paint.dim;
  }
}

/** Columns for the longest id. */
export const idWidth = (state: RunState): number =>
  Math.max(...state.epics.map((epic) => epic.plan.id.length), 0);

/** Stories that pass, of how many. */
export function storyCount(epic: EpicState): { readonly done: number; readonly total: number } {
  const done = epic.plan.stories.filter((story) => epic.stories[story.id]?.passes === true).length;
  return { done, total: epic.plan.stories.length };
}

export const mergedCount = (state: RunState): number =>
  state.epics.filter((epic) => epic.phase === 'merged').length;
