import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFile, teamsFolder } from '../../src/adapters/layout.ts';
import { takeLock } from '../../src/adapters/lock.ts';
import { startTimeOf } from '../../src/adapters/process-table.ts';
import type { EventPayload } from '../../src/domain/events.ts';
import { attemptStarted, eventful, sha, successful } from '../report/story.ts';
import { runCli } from './cli.ts';
import { makeCheckout, RUN_ID, writeRun } from './run-folder.ts';

const OWN = await startTimeOf(process.pid);

let root: string;
beforeEach(async () => {
  root = await makeCheckout();
});
afterEach(() => rm(root, { recursive: true }));

/** What depends on the time of the test, or on its folder, made the same each time. */
const still = (text: string): string =>
  text
    .replace(/\d+h \d\dm ago/g, '<time> ago')
    .replace(/for \d+h \d\dm/g, 'for <time>')
    .replace(`pid ${process.pid}`, 'pid <pid>')
    .replaceAll(root, '<root>');

const status = async (...argv: string[]): Promise<string> => {
  const { code, stdout, stderr } = await runCli(['status', ...argv], root);
  expect([code, stderr]).toEqual([0, '']);
  return still(stdout);
};

const writePrd = (epics: readonly (object | null)[]): Promise<void> =>
  writeFile(join(root, 'prd.json'), `\ufeff${JSON.stringify({ project: 'MyApp', epics })}`);

describe('after a run', () => {
  test('an earlier one by its id, and one that is not there', async () => {
    await writeRun(root, successful, '20250101-1000-abcdzz');
    await writeRun(root, eventful);
    expect(await status('--run', '20250101-1000-abcdzz')).toContain('.teams/runs/20250101-1000-abcdzz');
    const { stdout } = await runCli(['logs', '--run', '20250101-1000-abcdzz', '--tail', '1'], root);
    expect(stdout).toContain('run passed');
    for (const id of ['20250101', '../../etc', '']) {
      const { code, stderr } = await runCli(['logs', '--run', id], root);
      expect([code, stderr]).toEqual([
        2,
        `error: there is no run ${JSON.stringify(id)} here\n  where: ${join(root, '.teams/runs')}\n  fix:   one of the latest: ${RUN_ID}, 20250101-1000-abcdzz\n`,
      ]);
    }
  });

  test('an earlier one: the commands that it leads to are about that one', async () => {
    const id = '20250101-1000-abcdzz';
    await writeRun(root, eventful, id);
    expect(await status('--run', id)).toContain('why       teams status --why   says it in full');
    await writeRun(root, successful);
    expect(await status('--run', id)).toContain(`why       teams status --why --run ${id}   says it in full`);
    expect(await status('--why', '--run', id)).toContain(`next: teams logs EPIC-002 --run ${id}\n`);
  });

  test('that failed', async () => {
    await writeRun(root, eventful);
    expect(await status()).toMatchInlineSnapshot(`
      "MyApp: run r1
      failed <time> ago after 27s, 2 of 4 epics merged

        EPIC-001  merged       #1    2/2  Authentication
        EPIC-002  failed       #2    0/1  no result file was written; red lines
        E3        blocked            0/1  waits for EPIC-002, which is failed
        EPIC-004  merged       #1    1/1  Search

      verdict   none: the final validation did not take place
      branch    teams/r1 at 0707070
      evidence  .teams/runs/20260101-1000-abcdzz
      why       teams status --why   says it in full, with a command for each
      next      teams run   goes on from this branch and tries again what is not merged
      "
    `);
  });

  test('that failed, with the reason and the next command of each unfinished epic', async () => {
    await writeRun(root, eventful);
    await writePrd([
      { id: 'EPIC-001', title: 'Authentication', status: 'completed', userStories: [] },
      { id: 'EPIC-005', title: 'Not part of it', userStories: [{ id: 'S', passes: true }, { id: 'T' }] },
      { id: 'EPIC-006', title: 'Nor this', dependsOn: ['EPIC-005'], userStories: [{ id: 'U' }] },
    ]);
    expect(await status('--why')).toMatchInlineSnapshot(`
      "MyApp: run r1
      failed <time> ago after 27s, 2 of 4 epics merged

        EPIC-001  merged       #1    2/2  Authentication
        EPIC-002  failed       #2    0/1  no result file was written; red lines
        E3        blocked            0/1  waits for EPIC-002, which is failed
        EPIC-004  merged       #1    1/1  Search

      not in this run
        EPIC-005  pending            1/2  Not part of it
        EPIC-006  pending            0/1  Nor this

      why
        ✗ EPIC-002  failed after 2 attempts: no result file was written; red lines
                    next: teams logs EPIC-002
        ✗ E3        waits for EPIC-002, which is failed
                    next: teams logs EPIC-002
        ✗ EPIC-005  no run has started it yet
                    next: teams run
        ✗ EPIC-006  waits for EPIC-005 (pending)
                    next: teams run

      verdict   none: the final validation did not take place
      branch    teams/r1 at 0707070
      evidence  .teams/runs/20260101-1000-abcdzz
      next      teams run   goes on from this branch and tries again what is not merged
      "
    `);
  });

  test('that passed, and that was landed', async () => {
    await writeRun(root, successful);
    expect(await status('--why')).toMatchInlineSnapshot(`
      "MyApp: run r1
      passed <time> ago after 9s, 1 of 1 epics merged

        EPIC-001  merged       #1    1/1  Authentication

      verdict   pass
      branch    teams/r1 at 0505050
      landing   not landed
      evidence  .teams/runs/20260101-1000-abcdzz
      next      git merge teams/r1   brings the work into main
      "
    `);
    const landed: EventPayload = { type: 'run.landed', branch: 'main', commit: sha(5) };
    await writeRun(root, [...successful, landed]);
    expect(await status()).toContain('landing   main is at 0505050\n');
  });

  test('that was interrupted', async () => {
    const end: EventPayload = { type: 'run.ended', outcome: 'interrupted', reason: 'Ctrl-C or a signal' };
    await writeRun(root, [...eventful.slice(0, 6), end]);
    expect((await status()).split('\n')[1]).toBe(
      'interrupted <time> ago after 6s; teams resume goes on, 0 of 4 epics merged',
    );
  });

  test('the last of several', async () => {
    await writeRun(root, eventful, '20260101-0900-zzzzzz');
    await writeRun(root, successful);
    expect(await status()).toContain('passed <time> ago');
  });
});

describe('a run that says it is running', () => {
  const running = [...eventful.slice(0, 16), attemptStarted('EPIC-004')];

  test('and whose process is at work', async () => {
    await writeRun(root, running);
    const lock = await takeLock(lockFile(teamsFolder(root)), { runId: RUN_ID });
    expect(await status('--why')).toMatchInlineSnapshot(`
      "MyApp: run r1
      running (pid <pid>) for <time>, 1 of 4 epics merged

        EPIC-001  merged       #1    2/2  Authentication
        EPIC-002  attempting   #1    0/1  Billing
        E3        waiting            0/1  Reports
        EPIC-004  attempting   #1    0/1  Search

      why
        ✗ EPIC-002  attempt 1 is at work
                    next: teams logs EPIC-002 -f
        ✗ E3        waits for EPIC-002 (attempting)
                    next: teams status
        ✗ EPIC-004  attempt 1 is at work
                    next: teams logs EPIC-004 -f

      verdict   none yet
      branch    teams/r1 at 0505050
      evidence  .teams/runs/20260101-1000-abcdzz
      next      teams logs -f
      "
    `);
    expect(JSON.parse(await status('--json')).run).toMatchObject({ phase: 'running', pid: process.pid });
    if (lock.ok) await lock.value.release();
  });

  test.each([
    ['left no lock', null],
    ['is gone', { pid: 2 ** 22 + 1, startTime: '1', runId: RUN_ID }],
    ['has a pid that another process has now', { pid: process.pid, startTime: '1', runId: RUN_ID }],
    ['works on another run', { pid: process.pid, startTime: OWN, runId: '20260101-1001-zzzzzz' }],
  ])('but whose process %s', async (_, holder) => {
    await writeRun(root, running);
    if (holder !== null) {
      const lock = { ...holder, host: hostname(), since: '2026-01-01T10:00:00.000Z' };
      await writeFile(lockFile(teamsFolder(root)), JSON.stringify(lock));
    }
    expect((await status()).split('\n')[1]).toBe('was cut off; teams resume goes on, 1 of 4 epics merged');
    expect(JSON.parse(await status('--json')).run).toMatchObject({
      phase: 'crashed',
      pid: null,
      next: 'teams resume',
    });
  });
});

test('--json has all of it', async () => {
  await writeRun(root, eventful);
  const value = JSON.parse(await status('--json', '--why'));
  expect(value).toMatchObject({
    v: 1,
    run: {
      id: 'r1',
      phase: 'failed',
      branch: 'teams/r1',
      folder: `.teams/runs/${RUN_ID}`,
      next: 'teams run',
    },
    verdict: { phase: 'none', rounds: 0, reasons: [] },
    landing: null,
    notInRun: [],
  });
  expect(value.epics[1]).toEqual({
    id: 'EPIC-002',
    title: 'Billing',
    phase: 'failed',
    attempt: 2,
    stories: [{ id: 'EPIC-002-S1', passes: false, commit: null, reason: null }],
    todo: ['EPIC-002-S1'],
    branch: 'teams/r1-EPIC-002',
    head: sha(2),
    mergeCommit: null,
    reason: 'no result file was written; \u001b[31mred\u001b[0m\nlines',
    blockedBy: null,
    conflictFiles: [],
    startedAt: '2026-01-01T10:00:07.000Z',
    endedAt: '2026-01-01T10:00:20.000Z',
    usage: null,
  });
  expect(value.why.map((why: { next: string }) => why.next)).toEqual([
    'teams logs EPIC-002',
    'teams logs EPIC-002',
  ]);
});

describe('without a run', () => {
  test('the PRD is shown', async () => {
    await writePrd([
      { id: 'EPIC-001', title: 'Mail \u001b[31mred', status: 'completed', userStories: [{ passes: true }] },
      { id: 'E2', title: 'Billing', dependsOn: ['EPIC-001'], userStories: [{}, {}] },
      { id: 'E3', title: 'Reports', status: 'failed', dependsOn: ['E2'], userStories: [{}] },
      null,
      { id: 7 },
    ]);
    expect(await status('--why')).toMatchInlineSnapshot(`
      "MyApp: no run yet

        EPIC-001  completed          1/1  Mail red
        E2        pending            0/2  Billing
        E3        failed             0/1  Reports
        ?         pending            0/0

      why
        ✗ E2        no run has started it yet
                    next: teams run
        ✗ E3        waits for E2 (pending)
                    next: teams run
        ✗ ?         no run has started it yet
                    next: teams run

      next      teams run
      "
    `);
    expect(JSON.parse(await status('--json'))).toMatchObject({ v: 1, run: null, project: 'MyApp' });
  });

  test('nor a PRD: exit 2 and what to do', async () => {
    const { code, stdout, stderr } = await runCli(['status'], root);
    expect([code, stdout]).toEqual([2, '']);
    expect(still(stderr)).toBe(
      'error: there has been no run here yet, and there is no prd.json\n' +
        '  where: <root>\n' +
        '  fix:   teams init   (or, from a plan that you have: teams import FILE)\n',
    );
  });

  test.each(['{"epics": [', '{}', '[]'])('and a PRD that is none: %s', async (text) => {
    await writeFile(join(root, 'prd.json'), text);
    const { code, stdout, stderr } = await runCli(['status'], root);
    expect([code, stdout]).toEqual([2, '']);
    expect(still(stderr)).toBe(
      'error: there has been no run here yet, and prd.json cannot be read\n' +
        '  where: <root>\n' +
        '  fix:   teams validate\n',
    );
  });

  test('nor a repository: exit 3', async () => {
    await rm(join(root, '.git'), { recursive: true });
    const { code, stderr } = await runCli(['status'], root);
    expect(code).toBe(3);
    expect(stderr).toContain('this is not inside a git repository');
  });
});

test('inside a worktree of a run it is about that run', async () => {
  await writeRun(root, successful);
  const worktree = join(root, '.teams/worktrees', RUN_ID, 'EPIC-001/src');
  await mkdir(worktree, { recursive: true });
  const { stdout } = await runCli(['status'], worktree);
  expect(stdout).toContain('MyApp: run r1');
  expect(stdout).toContain(`evidence  ../../../../runs/${RUN_ID}`);
});

test('a broken journal is exit 3, with file and line', async () => {
  const folder = await writeRun(root, eventful);
  await writeFile(join(folder, 'journal.ndjson'), '{"v":1,\n{}\n');
  const { code, stderr } = await runCli(['status'], root);
  expect(code).toBe(3);
  expect(stderr).toContain('journal.ndjson:1');
});
