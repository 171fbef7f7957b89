import { describe, expect, test } from 'vitest';
import type { EventPayload } from '../../src/domain/events.ts';
import { ending } from '../../src/report/ending.ts';
import { paintFor } from '../../src/report/paint.ts';
import { summaryMarkdown } from '../../src/report/summary-md.ts';
import { attemptStarted, epicPlan, eventful, merged, runStarted, sha, successful, tell } from './story.ts';

const text = (payloads: readonly EventPayload[], columns = Infinity): string =>
  ending(tell(payloads).state, { paint: paintFor(false), folder: '.teams/runs/r1', columns });

describe('ending', () => {
  test('what was merged, what was not and why, and the next command for each', () => {
    expect(text(eventful)).toMatchInlineSnapshot(`
      "
      MyApp: failed after 27s, 2 of 4 epics merged

      merged
        ✓ EPIC-001  Authentication (0505050)
        ✓ EPIC-004  Search (0707070)

      not merged
        ✗ EPIC-002  failed after 2 attempts: no result file was written; red lines
                    next: teams logs EPIC-002
        ✗ E3        waits for EPIC-002, which is failed
                    next: teams logs EPIC-002

      verdict   none: the final validation did not take place
      branch    teams/r1 at 0707070
      evidence  .teams/runs/r1
      next      teams run   goes on from this branch and tries again what is not merged
      "
    `);
  });

  test('a run that passed says how to land it', () => {
    expect(text(successful)).toMatchInlineSnapshot(`
      "
      MyApp: passed after 9s, 1 of 1 epics merged

      merged
        ✓ EPIC-001  Authentication (0505050)

      verdict   pass
      branch    teams/r1 at 0505050
      evidence  .teams/runs/r1
      next      git merge teams/r1   brings the work into main
      "
    `);
  });

  test('a run of which an epic was reset since says that the next one does it again', () => {
    const reset: EventPayload = { type: 'epic.reset', epicId: 'EPIC-001', kept: null };
    expect(text([...successful, reset])).toContain('next      teams run   does again what was reset\n');
  });

  test('a run that landed leaves nothing to do', () => {
    const landed: EventPayload = { type: 'run.landed', branch: 'main', commit: sha(5) };
    expect(text([...successful.slice(0, -1), landed, ...successful.slice(-1)])).toMatchInlineSnapshot(`
      "
      MyApp: passed after 10s, 1 of 1 epics merged

      merged
        ✓ EPIC-001  Authentication (0505050)

      verdict   pass
      branch    teams/r1 at 0505050
      landing   main is at 0505050
      evidence  .teams/runs/r1
      "
    `);
  });

  test('a run that could not land says what to do', () => {
    const failed: EventPayload[] = [
      { type: 'run.land-failed', branch: 'main', reason: 'it moved', fix: 'git merge teams/r1' },
      { type: 'run.ended', outcome: 'failed', reason: 'all passed, but not landed: it moved' },
    ];
    expect(text([...successful.slice(0, -1), ...failed])).toMatchInlineSnapshot(`
      "
      MyApp: failed after 10s, 1 of 1 epics merged

      merged
        ✓ EPIC-001  Authentication (0505050)

      verdict   pass
      branch    teams/r1 at 0505050
      landing   not in main: it moved
      evidence  .teams/runs/r1
      next      git merge teams/r1
      "
    `);
  });

  test('a verdict that is fail is shown with its reasons', () => {
    const failed: EventPayload[] = [
      {
        type: 'validation.ended',
        round: 1,
        outcome: 'fail',
        reasons: ['US-1 is not met', 'no tests'],
        findings: [],
      },
      { type: 'run.ended', outcome: 'failed', reason: 'the verdict is fail' },
    ];
    expect(text([...successful.slice(0, -2), ...failed])).toMatchInlineSnapshot(`
      "
      MyApp: failed after 9s, 1 of 1 epics merged

      merged
        ✓ EPIC-001  Authentication (0505050)

      verdict   fail: US-1 is not met; no tests
      branch    teams/r1 at 0505050
      evidence  .teams/runs/r1
      next      teams run   goes on from this branch and validates it again
      "
    `);
  });

  test('an interrupted run goes on with resume', () => {
    const end: EventPayload = { type: 'run.ended', outcome: 'interrupted', reason: 'Ctrl-C or a signal' };
    expect(text([...eventful.slice(0, 9), end])).toMatchInlineSnapshot(`
      "
      MyApp: interrupted after 9s, 0 of 4 epics merged

      not merged
        ✗ EPIC-001  attempt 1 was cut off
        ✗ EPIC-002  attempt 1 was cut off
        ✗ E3        waits for EPIC-002 (attempting)
        ✗ EPIC-004  not started yet

      verdict   none: the final validation did not take place
      branch    teams/r1 at 0101010
      evidence  .teams/runs/r1
      next      teams resume   goes on where it stopped
      "
    `);
  });

  test('epics with the same to say share one line', () => {
    const ids = Array.from({ length: 9 }, (_, n) => `E${n + 1}`);
    const { state } = tell([
      runStarted(ids.map((id) => epicPlan(id, id, 1))),
      attemptStarted('E4'),
      { type: 'run.ended', outcome: 'interrupted', reason: 'Ctrl-C or a signal' },
    ]);
    expect(ending(state, { paint: paintFor(false), folder: 'f', columns: 60 })).toContain(
      `not merged
  ✗ E1  nothing is in its way; it was not started; the same:
        E2, E3, E5, E6, E7 and 2 more
  ✗ E4  attempt 1 was cut off

`,
    );
  });

  test('many merged epics are counted, not listed', () => {
    const ids = Array.from({ length: 40 }, (_, n) => `E${n + 1}`);
    const lines = text([
      runStarted(ids.map((id) => epicPlan(id, 'One', 1))),
      ...ids.flatMap((id) => merged(id, 5)),
    ]).split('\n');
    expect(lines).toContain('    … and 25 more');
    expect(lines.length).toBeLessThan(30);
  });

  test('nothing from outside reaches the terminal raw', () => {
    const nasty = '\u001b[2Jwiped\u0007\u202e\nsecond';
    const out = text([
      runStarted([epicPlan('A', nasty, 1), epicPlan('B', nasty, 1)]),
      ...merged('A', 3),
      { type: 'epic.blocked', epicId: 'B', by: 'A', reason: nasty },
    ]);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(out).toContain('wiped second');
  });
});

describe('summary.md', () => {
  test('as a whole', () => {
    expect(summaryMarkdown(tell(eventful).state)).toMatchInlineSnapshot(`
      "# MyApp: failed

      - Run: \`r1\`, 2026-01-01T10:00:00.000Z, 27s
      - Base: main at \`0101010101010101010101010101010101010101\`
      - Branch: \`teams/r1\` at \`0707070707070707070707070707070707070707\`
      - Merged: 2 of 4 epics
      - Verdict: none: the final validation did not take place
      - Next: \`teams run\`

      | epic | title | phase | attempts | stories | merge |
      |---|---|---|---|---|---|
      | EPIC-001 | Authentication | merged | 1 | 2/2 | \`0505050505050505050505050505050505050505\` |
      | EPIC-002 | Billing | failed | 2 | 0/1 |  |
      | E3 | Reports | blocked | 0 | 0/1 |  |
      | EPIC-004 | Search | merged | 1 | 1/1 | \`0707070707070707070707070707070707070707\` |

      ## Not merged

      - **EPIC-002**: failed after 2 attempts: no result file was written; red lines. Next: \`teams logs EPIC-002\`
      - **E3**: waits for EPIC-002, which is failed. Next: \`teams logs EPIC-002\`
      "
    `);
  });

  test('titles cannot become markup', () => {
    const { state } = tell([runStarted([epicPlan('A', '[x](http://e) | <b>`', 1)])]);
    expect(summaryMarkdown(state)).toContain('\\[x\\](http://e) \\| \\<b\\>\\`');
  });
});
