import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft, leftovers, survivors } from './leftovers.ts';
import { eventsOf, journal } from './run-files.ts';
import { scriptedProject } from './scripted-project.ts';
import { startTeams, teams } from './teams.ts';
import { tempRepo } from './temp-repo.ts';

test('a repository has the same commit ids every time, and nothing is left in a fresh one', () => {
  const [one, two] = [tempRepo(), tempRepo({ folder: 'mit Leerzeichen ü' })];
  onTestFinished(() => [one, two].forEach((repo) => repo.remove()));
  expect(one.git('rev-parse', 'HEAD')).toBe(two.git('rev-parse', 'HEAD'));
  assertNothingLeft(one);
  assertNothingLeft(two);
});

test('what a run leaves behind is found: processes, worktrees, strays', async () => {
  const repo = tempRepo();
  onTestFinished(() => repo.remove());
  mkdirSync(join(repo.path, '.teams/runs/r-rig'), { recursive: true });
  repo.git('worktree', 'add', '-q', '.teams/worktrees/r-rig/E1');
  expect(leftovers(repo)).toMatchObject({
    worktrees: [expect.stringContaining('E1')],
    checkouts: [
      '.teams/worktrees/r-rig',
      '.teams/worktrees/r-rig/E1',
      '.teams/worktrees/r-rig/E1/.git',
      '.teams/worktrees/r-rig/E1/README.md',
    ],
  });
  repo.git('worktree', 'remove', '.teams/worktrees/r-rig/E1');
  rmdirSync(join(repo.path, '.teams/worktrees/r-rig'));
  assertNothingLeft(repo);

  // Says that it runs, then waits for its stdin to close.
  const child = spawn(process.execPath, ['-e', 'console.log(1); process.stdin.resume()'], {
    env: { ...process.env, TEAMS_RUN_ID: 'r-rig' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(survivors('r-rig')).toEqual([child.pid]);
  expect(leftovers(repo)['processes']).toEqual([child.pid]);
  child.stdin.end();
  await once(child, 'close');
  assertNothingLeft(repo);

  writeFileSync(join(repo.path, '.teams/state.json.123.tmp'), '');
  expect(leftovers(repo)['strays']).toEqual(['.teams/state.json.123.tmp']);
  expect(() => assertNothingLeft(repo)).toThrow();
});

test('a torn last line of a journal is left out', () => {
  const repo = tempRepo({
    files: { '.teams/runs/r1/journal.ndjson': '{"v":1,"seq":1,"type":"notice"}\n{"v":1,"se' },
  });
  onTestFinished(() => repo.remove());
  expect(eventsOf(journal(repo.path), 'notice')).toHaveLength(1);
});

test('teams runs as a process: its exit code, its lines, and what it said when a line never comes', async () => {
  const repo = scriptedProject({
    epics: [
      { id: 'A', stories: 2 },
      { id: 'B', dependsOn: ['A'] },
    ],
  });
  onTestFinished(() => repo.remove());
  expect(await teams(['validate'], { cwd: repo.path })).toMatchObject({ code: 0, stderr: '' });
  const help = startTeams(['--help'], { cwd: repo.path });
  expect((await help.waitForLine(/^Usage: (\w+)/))[1]).toBe('teams');
  await expect(help.waitForLine(/never said/)).rejects.toThrow('without /never said/');
  expect((await help.ended).code).toBe(0);
});
