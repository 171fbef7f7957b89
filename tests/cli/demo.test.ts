import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Verdict } from '../../src/domain/verdict.ts';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { startTeams, teams } from '../rig/teams.ts';
import { runCli } from './cli.ts';

let parent: string;
beforeEach(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'teams-demo-test-')));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('seven epics are merged: one after a failed check, one after a conflict, with a verdict', async () => {
  const place = join(parent, 'place');
  mkdirSync(place);
  const path = join(place, 'my shelf');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: path, encoding: 'utf8' }).trim();
  // What a person has set for all their repositories must not matter.
  const settings = join(parent, 'gitconfig');
  writeFileSync(
    settings,
    '[commit]\ngpgSign = true\n[core]\nautocrlf = true\nhooksPath = /nowhere\n[init]\ndefaultBranch = trunk\n[gpg]\nprogram = false\n',
  );
  const { code, stdout } = await teams(['demo', '--keep', '--dir', 'my shelf'], {
    cwd: place,
    env: { GIT_CONFIG_GLOBAL: settings, TEAMS_BACKEND: 'claude' },
  });
  expect(code, stdout).toBe(0);

  const events = journal(path);
  const runId = eventsOf(events, 'run.started')[0]!.runId;
  const attempts = eventsOf(events, 'attempt.ended').filter(({ epicId }) => epicId === 'EPIC-006');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'passed']);
  expect(attempts[0]!.reasons.map(({ rule }) => rule)).toEqual(['check-failed']);
  expect(eventsOf(events, 'merge.conflicted')).toMatchObject([
    { epicId: expect.stringMatching(/^EPIC-00[34]$/), kind: 'conflict', files: ['src/commands.js'] },
  ]);
  const merges = eventsOf(events, 'merge.done');
  expect(merges.filter(({ by }) => by === 'merger')).toHaveLength(1);
  expect(merges).toHaveLength(7);

  const prd = JSON.parse(readFileSync(join(path, 'prd.json'), 'utf8')) as { epics: { status: string }[] };
  expect(prd.epics.map(({ status }) => status)).toEqual(merges.map(() => 'completed'));
  const verdict = JSON.parse(readFileSync(join(runFolder(path), 'verdict.json'), 'utf8')) as Verdict;
  expect(verdict).toMatchObject({
    verdict: 'pass',
    tests: 'pass',
    checks: [{ command: 'node --test', exitCode: 0 }],
  });
  expect(verdict.coverage).toHaveLength(14);
  expect(verdict.coverage.every((story) => story.proven && story.verdict === 'pass')).toBe(true);

  // The person's branch is as it was, and what it says to look at next is there.
  expect(git('log', '--format=%s', 'main')).toBe('A shelf for books, and the plan for the rest');
  expect(git('status', '--porcelain')).toBe('M prd.json');
  expect(stdout).toContain(`cd '${path}'`);
  expect(stdout).toContain(`cat .teams/runs/${runId}/verdict.json`);
  assertNothingLeft({ path, git });

  git('merge', '--quiet', `teams/${runId}`);
  expect(
    execFileSync('node', ['bin/shelf.js', 'list'], {
      cwd: path,
      env: { ...process.env, SHELF_FILE: 'none' },
      encoding: 'utf8',
    }),
  ).toBe('');
});

test('Ctrl-C leaves nothing of a temporary project', async () => {
  const demo = startTeams(['demo'], { cwd: parent, env: { TMPDIR: parent } });
  await demo.waitForLine(/EPIC-001 {2}attempt 1 starts/);
  demo.kill('SIGINT');
  const { code, stdout } = await demo.ended;
  expect(code, stdout).toBe(130);
  expect(stdout).toMatch(/\nThe project was temporary: nothing of it is left\.\n$/);
  // Nothing to type in what is gone.
  expect(stdout).not.toMatch(/teams resume|\.teams\/runs/);
  expect(readdirSync(parent)).toEqual([]);
});

test('Ctrl-C of a project that is kept says how to go on', async () => {
  const demo = startTeams(['demo', '--dir', 'shelf'], { cwd: parent });
  await demo.waitForLine(/EPIC-001 {2}attempt 1 starts/);
  demo.kill('SIGTERM');
  const { code, stdout } = await demo.ended;
  expect(code, stdout).toBe(130);
  expect(stdout).toMatch(/\nThe project is kept\. To go on: cd \S+\/shelf && node \S+ resume\n$/);
  const resumed = await startTeams(['status'], { cwd: join(parent, 'shelf') }).ended;
  expect(resumed.stdout).toContain('interrupted');
});

test('a folder that is in use is refused', async () => {
  mkdirSync(join(parent, 'work'));
  writeFileSync(join(parent, 'work', 'letter.txt'), 'Dear');
  expect(await runCli(['demo', '--dir', 'work'], parent)).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: the demonstration needs an empty folder\n  where: ${join(parent, 'work')}\n  fix:   teams demo --dir with a folder that does not exist yet\n`,
  });
  expect(readdirSync(join(parent, 'work'))).toEqual(['letter.txt']);
  const file = await runCli(['demo', '--dir', 'work/letter.txt'], parent);
  expect(file).toMatchObject({ code: 3, stdout: '' });
});

test('a folder where none can be made is refused', async () => {
  for (const folder of ['/proc/x', '/proc/x/y']) {
    const end = await runCli(['demo', '--dir', folder], parent);
    expect(end).toMatchObject({ code: 3, stdout: '' });
    expect(end.stderr).toContain(`there can be no folder for the demonstration here\n  where: ${folder}\n`);
  }
});
