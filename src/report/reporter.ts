import type { Activity, TeamsEvent } from '../domain/events.ts';
import type { RunState } from '../domain/state.ts';

/** A consumer of events. It only shows: it never decides and never fails a run. */
export interface Reporter {
  /** `state` is what the event led to. */
  event(event: TeamsEvent, state: RunState): void;
  activity(activity: Activity): void;
  /** The last call: the terminal is as it was before, with the final state on it. */
  close(): void;
}
