import { expect, test } from 'vitest';
import { paintFor } from '../../src/report/paint.ts';
import { jsonReporter } from '../../src/report/json.ts';
import { plainReporter } from '../../src/report/plain.ts';
import type { Reporter } from '../../src/report/reporter.ts';
import { attemptStarted, epicPlan, eventful, merged, runStarted, sha, successful, tell } from './story.ts';

process.env['TZ'] = 'UTC';

function shown(
  make: (write: (text: string) => void) => Reporter,
  payloads: Parameters<typeof tell>[0],
): string {
  let out = '';
  const reporter = make((text) => {
    out += text;
  });
  for (const { event, state } of tell(payloads).steps) reporter.event(event, state);
  reporter.activity({ role: 'team-lead', epicId: 'EPIC-001', kind: 'message', text: 'thinking' });
  reporter.close();
  return out;
}

const plain = (payloads: Parameters<typeof tell>[0]): string =>
  shown((write) => plainReporter(write, paintFor(false)), payloads);

test('an eventful run, one line per event that a person wants to know of', () => {
  expect(plain(eventful)).toMatchInlineSnapshot(`
    "10:00:00  teams     run r1 of MyApp: 4 epics, 5 stories, parallel 2, on teams/r1 from main (0101010)
    10:00:01  teams     warning: 2 files are not committed and are left out
    10:00:05  EPIC-001  attempt 1 starts: Authentication (1 story, scripted)
    10:00:07  EPIC-002  attempt 1 starts: Billing (1 story, scripted)
    10:00:08  EPIC-001  EPIC-001-S1 passes in 0303030
    10:00:09  EPIC-001  EPIC-001-S2 passes in 0404040
    10:00:11  EPIC-001  check on the epic branch: npm test passed in 1s
    10:00:13  EPIC-001  attempt 1 passed
    10:00:15  EPIC-001  merged as 0505050, 1 of 4
    10:00:16  EPIC-002  check on the epic branch: npm test failed with exit code 1, see epics/EPIC-002/attempt-1/checks/1.log
    10:00:17  EPIC-002  attempt 1 failed: npm test failed with exit code 1; it is tried again
    10:00:18  EPIC-004  attempt 1 starts: Search (1 story, scripted)
    10:00:19  EPIC-002  attempt 2 starts: Billing (1 story, scripted)
    10:00:20  EPIC-002  attempt 2 failed: no result file was written; red lines
    10:00:21  E3        blocked: waits for EPIC-002, which is failed
    10:00:22  EPIC-004  EPIC-004-S1 passes in 0606060
    10:00:23  EPIC-004  attempt 1 passed
    10:00:25  EPIC-004  conflicts in a.txt
    10:00:26  EPIC-004  merged as 0707070 with conflicts resolved by the merger, 2 of 4
    10:00:27  teams     run failed: not merged: EPIC-002 (failed), E3 (blocked)
    "
  `);
});

test('a run that passes', () => {
  expect(plain(successful)).toMatchInlineSnapshot(`
    "10:00:00  teams     run r1 of MyApp: 1 epic, 1 story, parallel 2, on teams/r1 from main (0101010)
    10:00:02  EPIC-001  attempt 1 starts: Authentication (1 story, scripted)
    10:00:03  EPIC-001  EPIC-001-S1 passes in 0303030
    10:00:04  EPIC-001  attempt 1 passed
    10:00:06  EPIC-001  merged as 0505050, 1 of 1
    10:00:07  teams     final validation, round 1
    10:00:08  teams     verdict: pass
    10:00:09  teams     run passed: every epic is merged and the verdict is pass
    "
  `);
});

test('resumed, interrupted, validated, mended, landed', () => {
  const fix = epicPlan('_fix-1', 'Findings of round 1', 2);
  expect(
    plain([
      { ...runStarted([epicPlan('A', 'One', 1)]), goesOnFrom: 'teams/r0' },
      attemptStarted('A'),
      { type: 'stop.requested', reason: 'interrupt' },
      { type: 'run.ended', outcome: 'interrupted', reason: 'Ctrl-C or a signal' },
      {
        type: 'run.resumed',
        budget: { tokens: null, costUsd: null },
        pid: 43,
        found: '1 epic at work',
        changed: [epicPlan('A', 'One', 1)],
      },
      ...merged('A', 3, 'merger'),
      { type: 'validation.started', round: 1, head: sha(3) },
      {
        type: 'validation.ended',
        round: 1,
        outcome: 'fail',
        reasons: ['A-S1 is not covered'],
        findings: [{ title: 'no test' }, { title: 'no docs' }],
      },
      { type: 'fix.planned', round: 1, epic: fix },
      { type: 'merge.failed', epicId: '_fix-1', reason: 'conflict', files: ['a'], branch: 'teams/r1-fix' },
      { type: 'epic.reset', epicId: '_fix-1', kept: 'teams/kept/x' },
      {
        type: 'validation.ended',
        round: 2,
        outcome: 'invalid',
        reasons: ['no verdict was written'],
        findings: [],
      },
      { type: 'run.landed', branch: 'main', commit: sha(3) },
      { type: 'run.land-failed', branch: 'main', reason: 'it moved', fix: 'git merge teams/r1' },
    ]),
  ).toMatchInlineSnapshot(`
    "10:00:00  teams  run r1 of MyApp: 1 epic, 1 story, parallel 2, on teams/r1 going on from teams/r0 (0101010), which is not landed yet
    10:00:01  A      attempt 1 starts: One (1 story, scripted)
    10:00:02  teams  stopping: sessions are asked to end; Ctrl-C again ends them at once
    10:00:03  teams  run interrupted: Ctrl-C or a signal
    10:00:04  teams  resumed: 1 epic at work; edited since and started again: A
    10:00:06  A      merged as 0303030 with conflicts resolved by the merger, 1 of 1
    10:00:07  teams  final validation, round 1
    10:00:08  teams  verdict: fail: A-S1 is not covered
    10:00:09  _fix-1  a builder mends 2 findings of round 1
    10:00:10  _fix-1  not merged: conflict; the work is kept on teams/r1-fix
    10:00:11  _fix-1  back to pending; unmerged work is kept on teams/kept/x
    10:00:12  teams   no usable verdict: no verdict was written
    10:00:13  teams   landed: main is at 0303030
    10:00:14  teams   not landed in main: it moved; git merge teams/r1
    "
  `);
});

test('colours say how it went', () => {
  const out = shown((write) => plainReporter(write, paintFor(true)), successful);
  expect(out.split('\n').at(-2)).toBe(
    '\u001b[2m10:00:09\u001b[22m  \u001b[1mteams   \u001b[22m  \u001b[32mrun passed: every epic is merged and the verdict is pass\u001b[39m',
  );
});

test('--json is one event per line, as in the journal', () => {
  const lines = shown(jsonReporter, eventful).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(tell(eventful).steps.map((step) => step.event));
});
