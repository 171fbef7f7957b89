import { expect, test } from 'vitest';
import type { EventPayload } from '../../src/domain/events.ts';
import { prdSchema } from '../../src/domain/prd.ts';
import { ending } from '../../src/report/ending.ts';
import { paintFor } from '../../src/report/paint.ts';
import { planText } from '../../src/report/plan.ts';
import { prdStatusText, statusText } from '../../src/report/status.ts';
import { displayWidth } from '../../src/report/width.ts';
import { attemptStarted, epicPlan, merged, runStarted, tell } from './story.ts';

const LONG = 'EPIC-WITH-A-VERY-LONG-IDENTIFIER-0001';
const TITLE = 'A title that is long and has 日本語 and 🎉🎉 in it';
const PLAIN = paintFor(false);

const run: readonly EventPayload[] = [
  {
    ...runStarted([epicPlan(LONG, TITLE, 1), epicPlan('E2', 'Two', 1, [LONG])]),
    project: 'Project '.repeat(9),
  },
  ...merged(LONG, 3),
  attemptStarted('E2'),
];

const prd = prdSchema.parse({
  project: 'Project',
  epics: [LONG, 'E2', 'E3'].map((id, n, ids) => ({
    id,
    title: TITLE,
    dependsOn: ids.slice(Math.max(0, n - 1), n),
    userStories: [{ id: `S${n}`, title: 's', acceptanceCriteria: ['a'] }],
  })),
});

const status = (columns: number): string =>
  statusText(
    {
      state: tell(run).state,
      where: null,
      pid: 42,
      folder: '.teams/runs/r1',
      others: [{ id: 'E3', title: TITLE, status: 'pending', dependsOn: [], stories: { done: 0, total: 1 } }],
      cutOff: null,
      plans: new Map(),
      why: [
        {
          epicId: LONG,
          reason: 'no reason that is short, see epics/E2/attempt-1/checks/epic-1.log',
          next: `teams logs ${LONG}`,
        },
      ],
      askWhy: 'teams status --why',
      now: Date.UTC(2026, 0, 1, 10, 1),
    },
    PLAIN,
    columns,
  );

test('status on a narrow terminal: a row is a line, and a command can be pasted whole', () => {
  expect(status(40)).toMatchInlineSnapshot(`
    "Project Project Project Project…: run r1
    running (pid 42) for 1m 00s, 1 of 2
    epics merged

      EPIC-WITH-A-…  merged             0/1…
      E2             attempting   #1    0/1…

    not in this run
      E3             pending            0/1…

    why
      ✗ EPIC-WITH-A-…  no reason that is
                       short, see
                       epics/E2/attempt-1/checks/epic-1.log
        next: teams logs EPIC-WITH-A-VERY-LONG-IDENTIFIER-0001

    verdict   none yet
    branch    teams/r1 at 0303030
    evidence  .teams/runs/r1
    next      teams logs -f
    "
  `);
  expect(status(80)).toMatchInlineSnapshot(`
    "Project Project Project Project Project Project Project Project Project: run r1
    running (pid 42) for 1m 00s, 1 of 2 epics merged

      EPIC-WITH-A-VERY-LONG-IDE…  merged             0/1  A title that is long and …
      E2                          attempting   #1    0/1  Two

    not in this run
      E3                          pending            0/1  A title that is long and …

    why
      ✗ EPIC-WITH-A-VERY-LONG-IDE…  no reason that is short, see
                                    epics/E2/attempt-1/checks/epic-1.log
        next: teams logs EPIC-WITH-A-VERY-LONG-IDENTIFIER-0001

    verdict   none yet
    branch    teams/r1 at 0303030
    evidence  .teams/runs/r1
    next      teams logs -f
    "
  `);
});

test('status before the first run', () => {
  const epics = prd.epics.map((epic) => ({ ...epic, stories: { done: 0, total: 1 } }));
  const text = prdStatusText(
    { project: 'Project '.repeat(9), epics, plans: new Map(), why: null },
    PLAIN,
    50,
  );
  expect(text).toMatchInlineSnapshot(`
    "Project Project Project Project Proje…: no run yet

      EPIC-WITH-A-VER…  pending            0/1  A tit…
      E2                pending            0/1  A tit…
      E3                pending            0/1  A tit…

    next      teams run
    "
  `);
});

test('summary', () => {
  expect(planText(prd, PLAIN, 70)).toMatchInlineSnapshot(`
    "Project: 3 epics, 3 stories, 0 completed

    wave 1
    * EPIC-WITH-A-VERY-LONG-…  pending        0/1  A title that is long a…

    wave 2
    * E2                       pending        0/1  A title that is long a…

    wave 3
    * E3                       pending        0/1  A title that is …  ← E2

    critical path *  EPIC-WITH-A-VERY-LONG-IDENTIFIER-0001 → E2 → E3 (3
                     stories)
    "
  `);
});

test('the ending', () => {
  const { state } = tell([...run, { type: 'run.ended', outcome: 'interrupted', reason: 'x' }]);
  expect(ending(state, { paint: PLAIN, folder: '.teams/runs/r1', columns: 50 })).toMatchInlineSnapshot(`
    "
    Project Project Project Project Project Project
    Project Project Project: interrupted after 4s, 1
    of 2 epics merged

    merged
      ✓ EPIC-WITH-A-VER…  A title that is l… (0303030)

    not merged
      ✗ E2                attempt 1 was cut off

    verdict   none: the final validation did not take
              place
    branch    teams/r1 at 0303030
    evidence  .teams/runs/r1
    next      teams resume   goes on where it stopped
    "
  `);
});

test('rows are never wider than the terminal, and whole where there is none', () => {
  for (const columns of [12, 20, 40, 60, 80, 200]) {
    const rows = planText(prd, PLAIN, columns)
      .split('\n')
      .filter((line) => /^[* ] E/.test(line));
    expect(rows).toHaveLength(3);
    for (const line of rows) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
  }
  expect(planText(prd, PLAIN, Infinity)).toContain(`${TITLE}  ← ${LONG}`);
});
