import { startsNoMore } from '../domain/decide.ts';
import type { EventOf, TeamsEvent } from '../domain/events.ts';
import { printable } from '../domain/printable.ts';
import { reasonsText } from '../domain/reasons-text.ts';
import { findEpic, type RunState } from '../domain/state.ts';
import { formatDuration, mergedCount, plural, shortCommit } from './words.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

export interface Line {
  /** Null: about the run as a whole. */
  readonly epicId: string | null;
  readonly tone: Tone;
  /** One printable line. */
  readonly text: string;
}

/** An event in words for a person, or null when it would be noise. `state` is what the event led to. */
export function describe(event: TeamsEvent, state: RunState): Line | null {
  const line = words(event, state);
  return line === null ? null : { ...line, text: printable(line.text) };
}

const say = (epicId: string | null, tone: Tone, text: string): Line => ({ epicId, tone, text });

function words(event: TeamsEvent, state: RunState): Line | null {
  switch (event.type) {
    case 'run.started':
      return say(null, 'plain', startOf(event));
    case 'run.resumed':
      return say(null, 'plain', `resumed: ${event.found}${editedOf(event)}`);
    case 'epic.blocked':
      return say(event.epicId, 'warn', `blocked: ${event.reason}`);
    case 'attempt.started': {
      const title = findEpic(state, event.epicId)?.plan.title ?? '';
      const { length } = event.todo;
      // What is missing then is in its checks.
      const todo = length === 0 ? 'no story left' : plural(length, 'story', 'stories');
      return say(
        event.epicId,
        'plain',
        `attempt ${event.attempt} starts: ${title} (${todo}, ${event.backend})`,
      );
    }
    case 'story.updated':
      return event.passes
        ? say(
            event.epicId,
            'plain',
            `${event.storyId} passes${event.commit === null ? '' : ` in ${shortCommit(event.commit)}`}`,
          )
        : say(event.epicId, 'warn', `${event.storyId} does not pass: ${event.reason ?? 'no reason given'}`);
    case 'attempt.ended':
      return attemptEnd(event, state);
    case 'check.ended':
      return checkEnd(event);
    case 'merge.conflicted':
      return say(event.epicId, 'warn', conflictOf(event));
    case 'merge.done':
      return say(
        event.epicId,
        'good',
        `merged as ${shortCommit(event.commit)}${howOf(event)}, ${countOf(state)}`,
      );
    case 'merge.failed':
      return say(event.epicId, 'bad', `not merged: ${event.reason}; the work is kept on ${event.branch}`);
    case 'validation.started':
      return say(null, 'plain', `final validation, round ${event.round}`);
    case 'validation.ended':
      return validationEnd(event);
    case 'fix.planned': {
      const stories = plural(event.epic.stories.length, 'finding');
      return say(event.epic.id, 'plain', `a builder mends ${stories} of round ${event.round}`);
    }
    case 'epic.reset':
      return say(
        event.epicId,
        'plain',
        `back to pending${event.kept === null ? '' : `; unmerged work is kept on ${event.kept}`}`,
      );
    case 'run.landed':
      return say(null, 'good', `landed: ${event.branch} is at ${shortCommit(event.commit)}`);
    case 'run.land-failed':
      return say(null, 'bad', `not landed in ${event.branch}: ${event.reason}; ${event.fix}`);
    case 'notice':
      return event.level === 'warning'
        ? say(null, 'warn', `warning: ${event.text}`)
        : say(null, 'plain', event.text);
    case 'stop.requested':
      return say(
        null,
        'warn',
        event.reason === 'interrupt'
          ? 'stopping: sessions are asked to end; Ctrl-C again ends them at once'
          : 'stopping: the time limit of the run is reached',
      );
    case 'run.ended':
      return say(null, event.outcome === 'passed' ? 'good' : 'bad', `run ${event.outcome}: ${event.reason}`);
    case 'backend.paused':
      return say(null, 'warn', pauseOf(event));
    case 'backend.ready':
      return say(null, 'plain', `${event.backend} is tried again`);
    case 'session.opened':
      return event.resumed ? say(event.epicId, 'plain', 'goes on in the session of before') : null;
    case 'session.steered':
      return event.read
        ? say(event.epicId, 'plain', `the lead has read: ${event.text}`)
        : say(event.epicId, 'warn', `the session ended before it read: ${event.text}`);
    case 'epic.ready':
    case 'process.started':
    case 'process.ended':
    case 'check.started':
    case 'merge.started':
    case 'merge.interrupted':
      return null;
  }
}

function startOf(event: EventOf<'run.started'>): string {
  const stories = event.epics.reduce((sum, epic) => sum + epic.stories.length, 0);
  const from =
    event.goesOnFrom === null
      ? `from ${event.base.ref ?? 'HEAD'} (${shortCommit(event.base.commit)})`
      : `going on from ${event.goesOnFrom} (${shortCommit(event.start)}), which is not landed yet`;
  const size = `${plural(event.epics.length, 'epic')}, ${plural(stories, 'story', 'stories')}, parallel ${event.parallel}`;
  return `run ${event.runId} of ${event.project}: ${size}, on ${event.branch} ${from}`;
}

function pauseOf({ backend, until, reason }: EventOf<'backend.paused'>): string {
  const how = until === null ? 'is not used any more in this run' : `is left alone until ${until}`;
  return `${backend} ${how}: ${reason}`;
}

const editedOf = (event: EventOf<'run.resumed'>): string =>
  event.changed.length === 0
    ? ''
    : `; edited since and started again: ${event.changed.map((epic) => epic.id).join(', ')}`;

function attemptEnd(event: EventOf<'attempt.ended'>, state: RunState): Line {
  const { epicId, attempt } = event;
  switch (event.outcome) {
    case 'passed':
      return say(epicId, 'plain', `attempt ${attempt} passed`);
    case 'interrupted':
      return say(epicId, 'warn', `attempt ${attempt} was interrupted`);
    case 'failed': {
      const why = reasonsText(event.reasons);
      const again = findEpic(state, epicId)?.phase === 'ready' && !startsNoMore(state);
      return say(
        epicId,
        again ? 'warn' : 'bad',
        `attempt ${attempt} failed: ${why}${again ? '; it is tried again' : ''}`,
      );
    }
  }
}

const PLACES = {
  setup: 'set-up',
  epic: 'check on the epic branch',
  candidate: 'check on the merged candidate',
  final: 'check on the integration branch',
  landing: 'check on the merge that would land',
} as const;

function checkEnd(event: EventOf<'check.ended'>): Line {
  const what = `${PLACES[event.where]}: ${event.command}`;
  if (event.exitCode === 0)
    return say(event.epicId, 'plain', `${what} passed in ${formatDuration(event.durationMs)}`);
  const how = event.exitCode === null ? 'was ended' : `failed with exit code ${event.exitCode}`;
  return say(event.epicId, 'warn', `${what} ${how}, see ${event.log}`);
}

function conflictOf(event: EventOf<'merge.conflicted'>): string {
  return event.kind === 'conflict' ? event.reason : `the merged candidate fails its checks: ${event.reason}`;
}

function howOf(event: EventOf<'merge.done'>): string {
  if (event.recovered) return ' (found in the branch)';
  return event.by === 'merger' ? ' with conflicts resolved by the merger' : '';
}

const countOf = (state: RunState): string => `${mergedCount(state)} of ${state.epics.length}`;

function validationEnd(event: EventOf<'validation.ended'>): Line | null {
  const why = event.reasons.length === 0 ? '' : `: ${event.reasons.join('; ')}`;
  switch (event.outcome) {
    case 'pass':
      return say(null, 'good', 'verdict: pass');
    case 'fail':
      return say(null, 'bad', `verdict: fail${why}`);
    case 'invalid':
      return say(null, 'bad', `no usable verdict${why}`);
    case 'interrupted':
      return null;
  }
}
