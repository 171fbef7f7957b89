import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Activity, EventPayload } from '../../src/domain/events.ts';
import { frame } from '../../src/report/live/frame.ts';
import { liveReporter } from '../../src/report/live/live.ts';
import type { Terminal } from '../../src/report/live/screen.ts';
import { paintFor } from '../../src/report/paint.ts';
import { displayWidth } from '../../src/report/width.ts';
import { attemptStarted, epicPlan, eventful, merged, runStarted, successful, tell } from './story.ts';

process.env['TZ'] = 'UTC';

const START = Date.UTC(2026, 0, 1, 10, 0, 0);

const doing = (epicId: string, text: string): [string, Activity] => [
  epicId,
  { role: 'team-lead', epicId, kind: 'tool', text },
];

function draw(
  payloads: readonly EventPayload[],
  { columns = 100, rows = 24, news = [] as string[], activities = [] as [string, Activity][] } = {},
): string[] {
  const now = START + 65_000;
  return frame(tell(payloads).state, new Map(activities), {
    columns,
    rows,
    now,
    since: START,
    paint: paintFor(false),
    news,
  });
}

describe('frame', () => {
  const busy = eventful.slice(0, 18);

  test('header, one row per epic, bar and news', () => {
    const activities = [
      doing('EPIC-002', 'edits src/billing.ts'),
      doing('EPIC-004', '\u001b[31mruns\u001b[0m npm test\n'),
    ];
    const lines = draw(busy, { activities, news: ['one', 'two', 'three', 'four'] });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "MyApp  r1                                                                            running  1m 05s
        EPIC-001  merged       #1   2/2     10s  Authentication
        EPIC-002  ready        #1   0/1     58s  tried again: npm test failed with exit code 1
        E3        waiting           0/1          Reports
        EPIC-004  ready             0/1          Search
        █████░░░░░░░░░░░░░░░  1/4 merged

      two
      three
      four"
    `);
  });

  test('after the end the clock stands still', () => {
    expect(draw(successful).join('\n')).toMatchInlineSnapshot(`
      "MyApp  r1                                                                                 passed  9s
        EPIC-001  merged       #1   1/1      4s  Authentication
        ████████████████████  1/1 merged, verdict pass"
    `);
  });

  test('a narrow and low terminal', () => {
    expect(draw(busy, { columns: 40, rows: 6, news: ['one', 'two'] }).join('\n')).toMatchInlineSnapshot(`
      "MyApp  r1                running  1m 05s
        EPIC-002  ready        #1   0/1     5…
        … 1 merged, 1 waiting, 1 ready
        █████░░░░░░░░░░░░░░░  1/4 merged

      two"
    `);
  });

  test('on many epics, what is at work stays and the rest is summed up', () => {
    const ids = Array.from({ length: 60 }, (_, n) => `E${n + 1}`);
    const many: EventPayload[] = [
      runStarted(ids.map((id) => epicPlan(id, `Title of ${id}`, 3))),
      ...ids.slice(0, 20).flatMap((id) => merged(id, 5)),
      attemptStarted('E25'),
      attemptStarted('E60'),
    ];
    expect(draw(many, { columns: 60, rows: 8 }).join('\n')).toMatchInlineSnapshot(`
      "MyApp  r1                                    running  1m 05s
        E21  waiting           0/3          Title of E21
        E22  waiting           0/3          Title of E22
        E23  waiting           0/3          Title of E23
        E25  attempting   #1   0/3     24s  Title of E25
        E60  attempting   #1   0/3     23s  Title of E60
        … 20 merged, 35 waiting
        ███████░░░░░░░░░░░░░  20/60 merged"
    `);
  });

  test('never wider or higher than the terminal, whatever the titles are', () => {
    const { steps } = tell([
      runStarted([
        epicPlan('EPIC-001', '认证 👩‍👩‍👧 e\u0301 \u001b[2J\u202e long '.repeat(9), 3),
        epicPlan('X'.repeat(64), 'Y', 1),
      ]),
      attemptStarted('EPIC-001'),
      attemptStarted('X'.repeat(64)),
      ...merged('EPIC-001', 3),
      { type: 'validation.started', round: 1, head: '01'.repeat(20) },
    ]);
    for (const { state } of steps) {
      for (const columns of [1, 5, 20, 39, 40, 80, 200]) {
        for (const rows of [1, 2, 3, 5, 24]) {
          const lines = frame(state, new Map([doing('', '认证'.repeat(99))]), {
            columns,
            rows,
            now: START,
            since: START,
            paint: paintFor(false),
            news: ['认'.repeat(300)],
          });
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        }
      }
    }
  });
});

/** Understands just what the view writes: the two screens, going to a line, clearing, show and hide the cursor. */
class FakeTerminal extends EventEmitter implements Terminal {
  columns = 60;
  rows = 12;
  writes = 0;
  cursorHidden = false;
  /** What it shows; of the usual screen also what is scrolled out of sight. */
  lines: string[] = [''];
  private line = 0;
  private usual: { readonly lines: string[]; readonly line: number } | null = null;

  get onSecondScreen(): boolean {
    return this.usual !== null;
  }

  write(text: string): void {
    this.writes += 1;
    for (const part of text.match(/\u001b\[\??[\d;]*[A-Za-z]|\n|[^\u001b\n]+/g) ?? []) this.part(part);
  }

  private part(part: string): void {
    if (part === '\n') this.goTo(this.line + 1);
    else if (part === '\u001b[?25l') this.cursorHidden = true;
    else if (part === '\u001b[?25h') this.cursorHidden = false;
    else if (part === '\u001b[?1049h') {
      this.usual = { lines: this.lines, line: this.line };
      this.lines = [];
      this.goTo(0);
    } else if (part === '\u001b[?1049l') {
      this.lines = this.usual?.lines ?? [''];
      this.line = this.usual?.line ?? 0;
      this.usual = null;
    } else if (part === '\u001b[2K') this.lines[this.line] = '';
    else if (part === '\u001b[J') this.lines.length = this.line + 1;
    else if (part === '\u001b[H') this.goTo(0);
    else if (part.endsWith(';1H')) this.goTo(Number(part.slice(2, -3)) - 1);
    else this.lines[this.line] += part;
  }

  private goTo(line: number): void {
    this.line = line;
    for (let at = 0; at <= line; at++) this.lines[at] ??= '';
  }
}

describe('liveReporter', () => {
  beforeEach(() => void vi.useFakeTimers({ now: START }));
  afterEach(() => void vi.useRealTimers());

  test('leaves the final state on the screen and gives the cursor back', () => {
    const terminal = new FakeTerminal();
    terminal.lines = ['$ teams run', ''];
    terminal.write('\n');
    const listeners = (): readonly number[] =>
      ['exit', 'uncaughtExceptionMonitor', 'SIGTSTP'].map((name) => process.listenerCount(name));
    const before = listeners();
    const reporter = liveReporter(terminal, paintFor(false), () => true);
    for (const { event, state } of tell(successful).steps) {
      reporter.event(event, state);
      vi.advanceTimersByTime(200);
      expect([terminal.cursorHidden, terminal.onSecondScreen]).toEqual([true, true]);
      expect(terminal.lines[0]).toMatch(/^MyApp  r1 /);
    }
    reporter.close();
    expect([terminal.cursorHidden, terminal.onSecondScreen]).toEqual([false, false]);
    expect(terminal.listenerCount('resize')).toBe(0);
    expect(listeners()).toEqual(before);
    expect(vi.getTimerCount()).toBe(0);
    expect(terminal.lines.join('\n')).toMatchInlineSnapshot(`
      "$ teams run
      MyApp  r1                                         passed  9s
        EPIC-001  merged       #1   1/1      4s  Authentication
        ████████████████████  1/1 merged, verdict pass

      10:00:07  teams     final validation, round 1
      10:00:08  teams     verdict: pass
      10:00:09  teams     run passed: every epic is merged and th…
      "
    `);
  });

  test('a long id leaves room for what is said, in the rows and in the news', () => {
    const id = 'EPIC-WITH-A-VERY-LONG-IDENTIFIER-0001';
    const story = tell([runStarted([epicPlan(id, 'One', 1)]), attemptStarted(id)]);
    const shown = [40, 80].map((columns) => {
      const terminal = new FakeTerminal();
      terminal.columns = columns;
      const reporter = liveReporter(terminal, paintFor(false), () => true);
      for (const { event, state } of story.steps) reporter.event(event, state);
      reporter.close();
      return terminal.lines.slice(1).join('\n');
    });
    expect(shown[0]).toMatchInlineSnapshot(`
      "  EPIC-WITH-A-…  attempting   #1   0/1 …
        ░░░░░░░░░░░░░░░░░░░░  0/1 merged

      10:00:00  teams          run r1 of MyAp…
      10:00:01  EPIC-WITH-A-…  attempt 1 star…
      "
    `);
    expect(shown[1]).toMatchInlineSnapshot(`
      "  EPIC-WITH-A-VERY-LO…  attempting   #1   0/1      0s  One
        ░░░░░░░░░░░░░░░░░░░░  0/1 merged

      10:00:00  teams                 run r1 of MyApp: 1 epic, 1 story, parallel 2, o…
      10:00:01  EPIC-WITH-A-VERY-LO…  attempt 1 starts: One (1 story, scripted)
      "
    `);
  });

  test('what is found before a run is resumed is not shown until it is', () => {
    const terminal = new FakeTerminal();
    const reporter = liveReporter(terminal, paintFor(false), () => true);
    const { steps } = tell([
      ...successful.slice(0, 3),
      {
        type: 'attempt.ended',
        epicId: 'EPIC-001',
        attempt: 1,
        outcome: 'interrupted',
        reasons: [],
        head: null,
        usage: null,
      },
      {
        type: 'run.resumed',
        pid: 43,
        found: '1 attempt was cut off',
        budget: { tokens: null, costUsd: null },
        changed: [],
      },
    ]);
    const [found, resumed] = steps.slice(3);
    if (found !== undefined) reporter.event(found.event, found.state);
    vi.advanceTimersByTime(10_000);
    expect(terminal.writes).toBe(0);
    if (resumed !== undefined) reporter.event(resumed.event, resumed.state);
    vi.advanceTimersByTime(200);
    expect(terminal.lines.join('\n')).toMatch(/attempt 1 was interrupted\n.*resumed: 1 attempt was cut off/);
    reporter.close();
  });

  test('on a terminal that does not tell its size the view has one all the same', () => {
    const terminal = new FakeTerminal();
    terminal.columns = terminal.rows = 0;
    const reporter = liveReporter(terminal, paintFor(false), () => true);
    for (const { event, state } of tell(successful).steps) reporter.event(event, state);
    reporter.close();
    expect(terminal.lines).toContain('  EPIC-001  merged       #1   1/1      4s  Authentication');
  });

  test('a flood of activity costs at most eight redraws a second, silence next to none', () => {
    const terminal = new FakeTerminal();
    const reporter = liveReporter(terminal, paintFor(false), () => true);
    for (const { event, state } of tell(eventful.slice(0, 6)).steps) reporter.event(event, state);
    for (let n = 0; n < 1000; n++) {
      reporter.activity({ role: 'team-lead', epicId: 'EPIC-001', kind: 'message', text: `line ${n}` });
      vi.advanceTimersByTime(1);
    }
    expect(terminal.writes).toBeLessThanOrEqual(9);
    const before = terminal.writes;
    vi.advanceTimersByTime(60_000);
    expect(terminal.writes - before).toBeLessThanOrEqual(23);
    reporter.close();
  });

  test('what a Ctrl-C writes into the view is gone with its next frame', () => {
    const terminal = new FakeTerminal();
    terminal.lines = ['$ teams run', ''];
    terminal.write('\n');
    const reporter = liveReporter(terminal, paintFor(false), () => true);
    const stopped: EventPayload[] = [
      ...successful.slice(0, 3),
      { type: 'stop.requested', reason: 'interrupt' },
      { type: 'run.ended', outcome: 'interrupted', reason: 'Ctrl-C or a signal' },
    ];
    for (const { event, state } of tell(stopped).steps) {
      if (event.type === 'stop.requested') terminal.write('^C');
      reporter.event(event, state);
      vi.advanceTimersByTime(200);
      expect(terminal.lines.join('\n')).not.toContain('^C');
    }
    reporter.close();
    expect(terminal.lines.slice(0, 2)).toEqual(['$ teams run', expect.stringMatching(/^MyApp  r1 /)]);
    expect(terminal.lines.join('\n').match(/^MyApp/gm)).toHaveLength(1);
  });

  test('an end that closes nothing gives the terminal back', () => {
    const terminal = new FakeTerminal();
    const before = process.listeners('exit');
    const reporter = liveReporter(terminal, paintFor(false), () => true);
    for (const { event, state } of tell(successful.slice(0, 3)).steps) reporter.event(event, state);
    vi.advanceTimersByTime(200);
    expect(terminal.onSecondScreen).toBe(true);
    for (const listener of process.listeners('exit')) if (!before.includes(listener)) listener(0);
    expect([terminal.cursorHidden, terminal.onSecondScreen]).toEqual([false, false]);
    reporter.close();
  });
});
