import type { Activity } from '../../domain/events.ts';
import type { RunState } from '../../domain/state.ts';
import { describe } from '../describe.ts';
import { type News, newsText } from '../plain.ts';
import { paintFor, type Paint } from '../paint.ts';
import type { Reporter } from '../reporter.ts';
import { frame, liveIds } from './frame.ts';
import { screenOn, type Terminal } from './screen.ts';

/** At most eight redraws a second, however much happens. */
const REDRAW_MS = 125;
/** The clock in the header: each second while things happen, then seldom, so that silence costs next to nothing. */
const CLOCK_MS = 1000;
const IDLE_CLOCK_MS = 5000;
const IDLE_AFTER_MS = 10_000;
const NEWS_KEPT = 10;
const PLAIN = paintFor(false);

/**
 * Shows the run on a screen of its own, which it redraws; `close` leaves the final state in the terminal. `isOurs`: whether
 * the terminal is, and not the shell's.
 */
export function liveReporter(terminal: Terminal, paint: Paint, isOurs: () => boolean): Reporter {
  const screen = screenOn(terminal, isOurs);
  const activities = new Map<string, Activity>();
  const news: News[] = [];
  let state: RunState | null = null;
  let timer: NodeJS.Timeout | undefined;
  let due = Infinity;
  let changedAt = Date.now();
  /** Null: whoever resumes a run still looks at what is left of it, which may be refused, and nobody answers a Ctrl-C yet. */
  let since: number | null = null;

  const draw = (): void => {
    if (state === null || since === null) return;
    // The last line stays free for the cursor: a full screen would scroll with each redraw.
    const size = { columns: terminal.columns || 80, rows: Math.max(3, (terminal.rows || 24) - 1) };
    const ids = liveIds(state, size.columns);
    const lines = news.map((line) => newsText(line, ids, PLAIN));
    screen.show(frame(state, activities, { ...size, now: Date.now(), since, paint, news: lines }));
    schedule(Date.now() - changedAt < IDLE_AFTER_MS ? CLOCK_MS : IDLE_CLOCK_MS);
  };
  const schedule = (ms: number): void => {
    clearTimeout(timer);
    due = Date.now() + ms;
    // The view never keeps a run alive.
    timer = setTimeout(draw, ms).unref();
  };
  const changed = (): void => {
    if (since === null) return;
    changedAt = Date.now();
    if (due - changedAt > REDRAW_MS) schedule(REDRAW_MS);
  };
  terminal.on('resize', changed);

  return {
    event(event, next) {
      state = next;
      if (event.type === 'run.started' || event.type === 'run.resumed') since = Date.parse(event.at);
      if (event.type === 'attempt.ended' || event.type === 'merge.done') activities.delete(event.epicId);
      const line = describe(event, next);
      if (line !== null) news.push({ ...line, at: event.at });
      if (news.length > NEWS_KEPT) news.shift();
      changed();
    },
    activity(activity) {
      activities.set(activity.epicId ?? '', activity);
      changed();
    },
    close() {
      terminal.off('resize', changed);
      draw();
      clearTimeout(timer);
      screen.close();
    },
  };
}
