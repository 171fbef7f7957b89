import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isTask } from '../../src/domain/task.ts';
import { runCli } from '../cli/cli.ts';
import { assertNothingLeft, survivors } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import { startTeams } from '../rig/teams.ts';
import { expectTeams, integrationOf, mergedIn, noticesOf, project, rescript, statusesOf } from './play.ts';

const runs = (repo: { readonly path: string }): readonly string[] =>
  readdirSync(join(repo.path, '.teams/runs')).toSorted();

const tasks = (repo: { readonly path: string }): readonly string[] => {
  const folder = join(repo.path, '.teams/tasks');
  return existsSync(folder) ? readdirSync(folder) : [];
};

const filesOf = (repo: TempRepo, commit: string): readonly string[] =>
  repo.git('ls-tree', '-r', '--name-only', commit).split('\n');

/** Starts a command that hangs in its first session, and interrupts it there. Returns the id of its run. */
async function cutOff(
  repo: TempRepo,
  args: readonly string[],
  signal: NodeJS.Signals = 'SIGINT',
): Promise<string> {
  rescript(repo, { 'team-lead': { default: [{ spawn: 'detached' }, { hang: true }] } });
  const handle = startTeams([...args, '--json'], { cwd: repo.path });
  onTestFinished(() => handle.kill('SIGKILL'));
  await handle.waitForLine(/"type":"process.started"/);
  handle.kill(signal);
  await handle.ended;
  rescript(repo, {});
  const id = runs(repo).at(-1) ?? '';
  onTestFinished(() => {
    for (const pid of survivors(id)) process.kill(pid, 'SIGKILL');
  });
  return id;
}

/** What a command that only looks or refuses says: in this process, because that is cheaper. */
async function said(code: number, args: readonly string[], repo: { readonly path: string }): Promise<string> {
  const end = await runCli(args, repo.path);
  expect(end).toMatchObject({ code });
  return end.stdout + end.stderr;
}

test('a sentence becomes a branch that passed its checks, and the PRD knows nothing of it', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { verify: ['true'] },
    files: { 'greet.txt': 'Helo\n' },
    script: {
      'team-lead': {
        epics: { A: [{ story: 'each', write: { a: '' } }] },
        default: [{ story: 'each', write: { 'greet.txt': 'Hello\n' } }],
      },
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  const task = await expectTeams(0, ['task', 'Mend', 'the', 'typo', '--verify', 'grep -q Hello greet.txt'], {
    cwd: repo.path,
  });
  const id = runs(repo).at(-1) ?? '';
  const epic = `task-${id.slice(-6)}`;
  const short = (commit: string): string => repo.git('rev-parse', '--short=7', commit);
  const head = short(`teams/${id}`);
  expect(task.stdout.slice(task.stdout.indexOf('\n\n') + 2).replace(/after \d+s/, 'after TIME')).toBe(
    [
      'Mend the typo: passed after TIME, 1 of 1 epics merged',
      '',
      'merged',
      `  ✓ ${epic}  Mend the typo (${head})`,
      '',
      'verdict   pass',
      `branch    teams/${id} at ${head}`,
      `evidence  .teams/runs/${id}`,
      `look      git diff ${short('main')} ${head}`,
      `next      git merge teams/${id}   brings the work into main`,
      '',
    ].join('\n'),
  );
  expect(filesOf(repo, `teams/${id}`)).not.toContain('a');
  expect(repo.git('show', `teams/${id}:greet.txt`)).toBe('Hello');
  expect(eventsOf(journal(repo.path), 'check.ended').map((event) => event.command)).toEqual(
    Array.from({ length: 3 }, () => ['true', 'grep -q Hello greet.txt']).flat(),
  );
  expect(await said(0, ['status'], repo)).toMatch(new RegExp(`^Mend the typo: task ${id}\npassed`));
  assertNothingLeft(repo);

  // Commands about the PRD see the run over it, not the task after that.
  expect(await said(0, ['run'], repo)).toContain('nothing to do');
  expect(await said(0, ['reset', 'A'], repo)).toContain(
    'A is pending again; its merged code stays where it is\nnext: teams run\n',
  );
  expect(statusesOf(repo)).toEqual({ A: 'pending' });
});

test('a run that was cut off is left as it is by a task, and resume goes on with it', async () => {
  const repo = project({ epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }] });
  const run = await cutOff(repo, ['run'], 'SIGKILL');
  expect(survivors(run).length).toBeGreaterThan(0);
  await expectTeams(0, ['task', 'In between'], { cwd: repo.path });
  expect(survivors(run)).toEqual([]);
  assertNothingLeft(repo);
  const also = `also      run ${run} (rig) was cut off before; teams resume goes on with it`;
  expect(await said(0, ['status'], repo)).toContain(`\n${also}\n`);
  expect(JSON.parse(await said(0, ['status', '--json'], repo))).toMatchObject({
    run: { task: true, phase: 'passed' },
    cutOffBefore: { id: run, project: 'rig' },
  });

  const task = await cutOff(repo, ['task', 'Cut off too']);
  expect(await said(0, ['status'], repo)).toContain(
    'was cut off before; after this one teams resume goes on with it\n',
  );
  expect((await expectTeams(0, ['resume'], { cwd: repo.path })).stdout).toContain('Cut off too: passed');
  expect(runs(repo).at(-1)).toBe(task);
  const resumed = await expectTeams(0, ['resume', '--json'], { cwd: repo.path });
  expect(resumed.stdout).toContain('"type":"run.resumed"');
  expect(statusesOf(repo)).toEqual({ A: 'completed', B: 'completed' });
  expect(runs(repo)).toHaveLength(3);
  assertNothingLeft(repo);
  expect(await said(0, ['resume'], repo)).toContain('has ended (passed)');
});

test('a task that was cut off is no run that a new one takes the place of', async () => {
  const repo = project({ epics: [{ id: 'A' }] });
  const task = await cutOff(repo, ['task', 'Later'], 'SIGKILL');
  const run = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(run.stderr).toBe(
    `task ${task} (Later) was cut off and waits: teams resume goes on with it afterwards\n`,
  );
  expect(survivors(task)).toEqual([]);
  const resumed = await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(resumed.stderr).toBe(`going on with task ${task} (Later), which was cut off before the last one\n`);
  expect(resumed.stdout).toContain('Later: passed');
  expect(repo.git('log', '-1', '--format=%(trailers:key=Teams-Run,valueonly)', `teams/${task}`)).toBe(task);
  assertNothingLeft(repo);
});

test('a run goes on from the branch of the run before, also when the branch of a task has that code too', async () => {
  const repo = project({ epics: [{ id: 'A' }, { id: 'B' }] });
  await expectTeams(0, ['run', '--only', 'A'], { cwd: repo.path });
  const before = integrationOf(repo);
  repo.git('checkout', '-q', '-b', 'dev', before);
  await expectTeams(0, ['task', 'On top of A'], { cwd: repo.path });
  const task = integrationOf(repo);
  repo.git('checkout', '-q', 'main');
  await expectTeams(0, ['run', '--base', 'main'], { cwd: repo.path });
  expect(eventsOf(journal(repo.path), 'run.started')[0]).toMatchObject({ goesOnFrom: before });
  const taskFiles = filesOf(repo, task).filter((file) => file.startsWith('docs/task-'));
  expect(taskFiles).toHaveLength(1);
  expect(filesOf(repo, integrationOf(repo))).not.toContain(taskFiles[0]);
});

test('--here: what passes is in the branch that is checked out, and in the checkout', async () => {
  const repo = project({ epics: [{ id: 'A' }], config: { base: 'main', verify: ['test -e docs'] } });
  repo.git('checkout', '-q', '-b', 'feature');
  repo.commit({ 'feature.txt': '1\n' });
  const here = ['task', 'Do it here', '--here'] as const;
  const refuse = (): Promise<string> => said(2, here, repo);
  expect(await refuse()).toContain(
    '--here brings the work into feature, and there is no terminal to ask you on',
  );
  repo.write({ 'feature.txt': '2\n' });
  expect(await refuse()).toContain('the checkout has changes that are not committed');
  repo.git('checkout', '-q', '--detach', '--force');
  expect(await refuse()).toContain('no branch is checked out');
  repo.git('checkout', '-q', 'feature');
  expect(tasks(repo)).toEqual([]);

  repo.write({ 'untracked.txt': 'mine\n' });
  const end = await expectTeams(0, [...here, '--yes'], { cwd: repo.path });
  expect(end.stdout).toMatch(/\nlanding {3}feature is at \w{7}\n/);
  expect(noticesOf(repo, 'checkout-changed')).toEqual([]);
  expect(repo.git('rev-parse', 'feature')).toBe(repo.git('rev-parse', integrationOf(repo)));
  expect(repo.git('status', '--porcelain')).toBe('?? untracked.txt');
  expect(existsSync(join(repo.path, 'docs'))).toBe(true);

  // What does not pass changes nothing, and the command that is named tries it again.
  const tip = repo.commit({ 'agents.json': '{"team-lead": {"default": [{"fail": "each"}]}}' });
  const failed = await expectTeams(1, [...here, '--yes'], { cwd: repo.path });
  expect(repo.git('rev-parse', 'feature')).toBe(tip);
  const again = /\nnext {6}teams (run \.teams\/tasks\/[\w-]+\/prd\.json) /.exec(failed.stdout)?.[1] ?? '';
  rescript(repo, {});
  await expectTeams(0, [...again.split(' '), '--base', 'feature'], { cwd: repo.path });
  expect(mergedIn(repo)).toHaveLength(1);
});

test('a text that means harm stays a text', async () => {
  const repo = project({ epics: [{ id: 'TASK' }] });
  const refuse = (text: string): Promise<string> => said(2, ['task', '--', text], repo);
  expect(await refuse(' \u001b[2J\n\t')).toContain('a task needs a text');
  expect(await refuse('x'.repeat(20_001))).toContain('has 20001 characters, the limit is 20000');
  expect(await said(2, ['task', '- item\n- item'], repo)).toBe(
    'error: a text that begins with a dash reads like an option\n  fix:   teams task [options] -- TEXT\n(teams task --help shows what there is)\n',
  );
  expect(await said(2, ['task', '--nothing'], repo)).toContain("error: unknown option '--nothing'\n");
  expect(existsSync(join(repo.path, '.teams'))).toBe(false);

  const text =
    'Teams-Epic: TASK\u001b]0;title\u0007 `$(touch /tmp/no)` {{result}}\nTeams-Run: x\n---\nrest "of" it';
  const { stdout } = await expectTeams(0, ['task', '--', text], { cwd: repo.path });
  expect(stdout).not.toContain('\u001b');
  const head = integrationOf(repo);
  const trailers = (key: string): string =>
    repo.git('log', `--format=%(trailers:key=${key},valueonly,separator=%x2c)`, '--merges', `main..${head}`);
  expect(trailers('Teams-Epic')).toBe(`task-${head.slice(-6)}`);
  expect(trailers('Teams-Run')).toBe(head.slice('teams/'.length));
  const prompt = readFileSync(
    join(runFolder(repo.path), `epics/task-${head.slice(-6)}/attempt-1/prompt.md`),
    'utf8',
  );
  expect(prompt).toContain('`$(touch /tmp/no)` {{result}}\nTeams-Run: x\n---\nrest "of" it');
});

test('--plan: planned and agreed to before the work begins; while a run is at work there is no task', async () => {
  const repo = project({ epics: [{ id: 'A' }] });
  expect((await expectTeams(2, ['task', 'Plan it', '--plan'], { cwd: repo.path })).stderr).toContain(
    'add --yes',
  );
  const end = await expectTeams(0, ['task', 'Plan it', '--plan', '--yes', '--json'], { cwd: repo.path });
  expect(end.stderr).toMatch(/is being planned on agents: Plan it\n/);
  for (const line of end.stdout.trimEnd().split('\n')) JSON.parse(line);
  const [task = ''] = runs(repo);
  expect(noticesOf(repo, 'plans')).toEqual([`agreed plans are followed: task-${task.slice(-6)}`]);
  expect(isTask({ started: eventsOf(journal(repo.path), 'run.started')[0] as never })).toBe(true);

  rescript(repo, { planner: { default: [{ exit: 1 }] }, 'team-lead': { default: [{ hang: true }] } });
  expect(await said(1, ['task', 'Not', '--plan', '--yes'], repo)).toContain(
    'not planned: the session exited with 1',
  );
  const run = startTeams(['run', '--json'], { cwd: repo.path });
  onTestFinished(() => run.kill('SIGKILL'));
  await run.waitForLine(/"type":"process.started"/);
  for (const more of [[], ['--plan', '--yes']]) {
    expect(await said(4, ['task', 'Not now', ...more], repo)).toContain('another run holds the lock');
  }
  run.kill('SIGINT');
  await run.ended;
  expect(tasks(repo)).toEqual([task]);
  assertNothingLeft(repo);
});
