import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { gitEnvironment, type TempRepo } from '../rig/temp-repo.ts';
import {
  expectTeams,
  integrationOf,
  mergedIn,
  project,
  read,
  rescript,
  sh,
  statusesOf,
  type Steps,
} from './play.ts';

const edit: Steps = [{ story: 'each', write: { 'list.txt': 'of {epic}\n', '{epic}.txt': '{story}' } }];

const landing = (steps: Steps = edit): TempRepo =>
  project({
    epics: [{ id: 'A' }],
    files: { 'list.txt': 'of nobody\n' },
    config: { land: 'merge' },
    script: { 'team-lead': { default: steps } },
  });

/** Pastes what `teams` offers into a shell. */
const paste = (repo: TempRepo, command: string): string =>
  execFileSync('sh', ['-c', command], {
    cwd: repo.path,
    env: { ...process.env, ...gitEnvironment },
    encoding: 'utf8',
  });

/** The command behind "next" of the status. */
async function nextOf(repo: TempRepo): Promise<string> {
  const { stdout } = await expectTeams(0, ['status'], { cwd: repo.path });
  const next = /^next +(.*)$/m.exec(stdout)?.[1] ?? '';
  return next.replace(/ {3}.*/, '');
}

test('a passed run lands in the branch that is checked out, and the checkout follows', async () => {
  const repo = landing();
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(repo.git('rev-parse', 'main')).toBe(repo.git('rev-parse', integrationOf(repo)));
  expect(read(repo, 'list.txt')).toBe('of A\n');
  expect(repo.git('status', '--porcelain')).toBe('M prd.json');
  expect(end.stdout).toMatch(/landing +main is at/);
  assertNothingLeft(repo);
});

test('a branch that is not checked out is moved all the same', async () => {
  const repo = landing();
  repo.git('checkout', '-q', '-b', 'elsewhere');
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(repo.git('rev-parse', 'main')).toBe(repo.git('rev-parse', integrationOf(repo)));
  expect(read(repo, 'list.txt')).toBe('of nobody\n');
});

test('a local change in the way is not overwritten: what to do is said, and works when pasted', async () => {
  const repo = landing();
  const before = repo.git('rev-parse', 'main');
  repo.write({ 'list.txt': 'of the user\n' });
  const end = await expectTeams(1, ['run'], { cwd: repo.path });
  expect(read(repo, 'list.txt')).toBe('of the user\n');
  expect(repo.git('rev-parse', 'main')).toBe(before);
  expect(end.stdout).toMatch(/not landed in main: .*; .*after committing or stashing/);
  expect(statusesOf(repo)).toEqual({ A: 'completed' });
  repo.git('stash', 'push', '-q', 'list.txt');
  paste(repo, await nextOf(repo));
  expect(read(repo, 'list.txt')).toBe('of A\n');
});

test('a base that moved on is merged; a base that conflicts is left alone with a command that shows the conflict', async () => {
  const moving = (content: string): Steps => [
    ...edit,
    sh(
      `cd {root} && printf '${content}' > list.txt && echo x > moved.txt && git add list.txt moved.txt && git commit -qm "moved on"`,
    ),
  ];
  const merged = landing(moving('of nobody\n'));
  await expectTeams(0, ['run'], { cwd: merged.path });
  expect(merged.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(
    expect.arrayContaining(['A.txt', 'moved.txt']),
  );
  expect(read(merged, 'list.txt')).toBe('of A\n');
  expect(merged.git('log', '-1', '--format=%(trailers:key=Teams-Run,valueonly)', 'main')).toMatch(/\d{8}/);

  const repo = landing(moving('of the user\n'));
  // git takes it as the name of a branch, a shell as three commands.
  const hostile = "a;b'$(pwd>pwned)";
  repo.git('branch', '-m', 'main', hostile);
  const end = await expectTeams(1, ['run', '--base', hostile], { cwd: repo.path });
  const moved = repo.git('rev-parse', hostile);
  expect(end.stdout).toContain(`${hostile} has moved on and conflicts with`);
  expect(read(repo, 'list.txt')).toBe('of the user\n');
  expect(() => paste(repo, nextCommand(end.stdout))).toThrow();
  expect(repo.git('status', '--porcelain')).toContain('UU list.txt');
  expect(existsSync(join(repo.path, 'pwned'))).toBe(false);
  repo.git('merge', '--abort');
  expect(repo.git('rev-parse', hostile)).toBe(moved);
});

const nextCommand = (stdout: string): string =>
  (/^next +(.*)$/m.exec(stdout)?.[1] ?? '').replace(/ {3}.*/, '');

test('a new run after an unlanded one goes on from its branch and says so, also when the base moved', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    script: { 'team-lead': { epics: { B: [sh('test -e A.txt'), ...edit], A: edit } } },
  });
  await expectTeams(0, ['run', '--only', 'A'], { cwd: repo.path });
  const first = integrationOf(repo);
  repo.commit({ 'later.txt': 'x' }, 'the user goes on');
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(end.stdout).toMatch(new RegExp(`going on from ${first} \\(\\w+\\), which is not landed yet`));
  expect(mergedIn(repo)).toEqual(['B']);
  const files = repo.git('ls-tree', '--name-only', integrationOf(repo)).split('\n');
  expect(files).toEqual(expect.arrayContaining(['A.txt', 'B.txt', 'later.txt']));
  // What the ending offers brings everything into main.
  paste(repo, `git stash -q && ${nextCommand(end.stdout)} && git stash pop -q`);
  expect(repo.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(
    expect.arrayContaining(['A.txt', 'B.txt']),
  );
  const done = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(done.stderr).toContain('nothing to do');
});

test('completed code that is nowhere is refused, and each choice that is offered works', async () => {
  const make = async (): Promise<{ repo: TempRepo; stderr: string; branch: string }> => {
    const repo = project({
      epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
      script: { 'team-lead': { default: edit } },
    });
    await expectTeams(0, ['run', '--only', 'A'], { cwd: repo.path });
    const branch = integrationOf(repo);
    repo.git('branch', '-m', branch, 'saved');
    const { stderr } = await expectTeams(2, ['run'], { cwd: repo.path });
    expect(stderr).toContain('the PRD calls A completed, but that code is not in main');
    return { repo, stderr, branch };
  };

  const reset = await make();
  expect(reset.stderr).toMatch(/teams reset A /);
  await expectTeams(0, ['reset', 'A'], { cwd: reset.repo.path });
  await expectTeams(0, ['run'], { cwd: reset.repo.path });
  expect(mergedIn(reset.repo)).toEqual(['A', 'B']);

  const based = await make();
  expect(based.stderr).toContain('teams run --base <branch that has it>');
  await expectTeams(0, ['run', '--base', 'saved'], { cwd: based.repo.path });
  expect(mergedIn(based.repo)).toEqual(['B']);

  const byHand = await make();
  const offer = /git commit --allow-empty .*?--trailer "Teams-Epic: A"/.exec(byHand.stderr)?.[0] ?? '';
  paste(byHand.repo, offer);
  await expectTeams(0, ['run'], { cwd: byHand.repo.path });
  expect(mergedIn(byHand.repo)).toEqual(['B']);
});

test('work that was squashed into the base is known to be there', async () => {
  const repo = project({ epics: [{ id: 'A' }, { id: 'B' }], script: { 'team-lead': { default: edit } } });
  await expectTeams(0, ['run', '--only', 'A'], { cwd: repo.path });
  repo.git('merge', '-q', '--squash', integrationOf(repo));
  repo.git('commit', '-qm', 'squashed', '--', 'A.txt', 'list.txt');
  rescript(repo, { 'team-lead': { default: [{ story: 'each', write: { '{epic}.txt': '{story}' } }] } });
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(end.stdout).not.toContain('going on from');
  expect(eventsOf(journal(repo.path), 'run.started')[0]?.start).toBe(repo.git('rev-parse', 'main'));
});
