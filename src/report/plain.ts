import type { TeamsEvent } from '../domain/events.ts';
import type { RunState } from '../domain/state.ts';
import { describe, type Line, type Tone } from './describe.ts';
import type { Paint } from './paint.ts';
import type { Reporter } from './reporter.ts';
import { fit } from './width.ts';
import { idWidth, timeOfDay } from './words.ts';

/** One line per event that a person wants to know of. */
export function plainReporter(write: (text: string) => void, paint: Paint): Reporter {
  return {
    event(event, state) {
      const line = plainLine(event, state, paint);
      if (line !== null) write(`${line}\n`);
    },
    activity: () => {},
    close: () => {},
  };
}

/** `02:11:03  EPIC-001  attempt 1 passed`, or null when the event is no news for a person. */
export function plainLine(event: TeamsEvent, state: RunState, paint: Paint): string | null {
  const line = describe(event, state);
  if (line === null) return null;
  return newsText({ ...line, at: event.at }, idWidth(state), paint);
}

/** What `describe` says, and when it happened. */
export type News = Line & { readonly at: string };

/** `ids`: columns for the id of the epic. */
export function newsText(news: News, ids: number, paint: Paint): string {
  const who = fit(news.epicId ?? 'teams', Math.max(ids, 'teams'.length), true);
  return `${paint.dim(timeOfDay(news.at))}  ${paint.bold(who)}  ${tonePaint(news.tone, paint)(news.text)}`;
}

function tonePaint(tone: Tone, paint: Paint): (text: string) => string {
  switch (tone) {
    case 'good':
      return paint.green;
    case 'bad':
      return paint.red;
    case 'warn':
      return paint.yellow;
    case 'plain':
      return (text) => text;
  }
}
