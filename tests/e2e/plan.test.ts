import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../cli/cli.ts';
import { assertNothingLeft, survivors } from '../rig/leftovers.ts';
import { runFolder } from '../rig/run-files.ts';
import { startTeams } from '../rig/teams.ts';
import { expectTeams, noticesOf, project, prdOf, read } from './play.ts';

const ALONE = ['plan', '--non-interactive', '--yes'] as const;

/** Without what differs from one time to the next. */
const told = (stdout: string): readonly string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/^\d\d:\d\d:\d\d {2}/, '')
        .replace(/authoring\/[\w-]+/, 'authoring/ID')
        .replace(/planned in \d+s/, 'planned in TIME'),
    );

const plannings = (repo: { readonly path: string }): readonly string[] =>
  existsSync(join(repo.path, '.teams/authoring'))
    ? readdirSync(join(repo.path, '.teams/authoring')).toSorted()
    : [];

test('epics are planned, each plan is agreed to and stored, and the next run follows it', async () => {
  const repo = project({
    epics: [{ id: 'B', dependsOn: ['A'] }, { id: 'A' }, { id: 'C', more: { status: 'completed' } }],
    script: {
      planner: {
        epics: {
          A: [
            {
              result: {
                epicId: 'A',
                plan: '# The plan of {epic}\n\u001b[2JDo A-1 first, with tok-0123456789.',
              },
            },
          ],
        },
      },
    },
  });
  repo.git('commit', '--allow-empty', '-q', '-m', 'C was done by hand', '--trailer', 'Teams-Epic: C');
  const before = read(repo, 'prd.json');

  const refusal = async (...args: readonly string[]): Promise<string> => {
    const end = await runCli(args, repo.path);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    return end.stderr;
  };
  expect(await refusal('plan', '--non-interactive')).toContain('there is no terminal to ask you on');
  expect(await refusal(...ALONE, 'a')).toContain('did you mean A?');
  expect(await refusal(...ALONE, 'C')).toContain('C is completed already: there is nothing to plan');
  expect(read(repo, 'prd.json')).toBe(before);

  const end = await expectTeams(0, ALONE, { cwd: repo.path, env: { MY_TOKEN: 'tok-0123456789' } });
  expect(told(end.stdout)).toEqual([
    'A  is being planned on agents: Epic A',
    'A  planned in TIME',
    'A  agreed, and stored in .teams/plans/A.md',
    'B  is being planned on agents: Epic B',
    'B  planned in TIME',
    'B  agreed, and stored in .teams/plans/B.md',
    '',
    '2 of 2 planned',
    'next      teams run',
  ]);
  expect(read(repo, '.teams/plans/A.md')).toMatch(
    /^---\nversion: 1\nepic: A\nhash: [0-9a-f]{16}\n---\n# The plan of A\nDo A-1 first, with \[redacted: MY_TOKEN\]\.\n$/,
  );
  const planned = JSON.parse(before) as { epics: { id: string; planned?: boolean }[] };
  for (const epic of planned.epics) if (epic.id !== 'C') epic.planned = true;
  expect(read(repo, 'prd.json')).toBe(`${JSON.stringify(planned, null, 2)}\n`);
  const [id = ''] = plannings(repo);
  const prompt = read(repo, `.teams/authoring/${id}/epics/B/prompt.md`);
  expect(prompt).toMatch(/^<!-- teams-role: planner -->\n# You plan an epic\n/);
  expect(prompt).toContain(
    'These will be merged when work on it begins, so plan on top of them:\n\n- A: Epic A',
  );
  expect(prompt).not.toMatch(/\{\{|\n\n\n/);
  assertNothingLeft(repo);

  expect((await runCli(ALONE, repo.path)).stderr).toContain('nothing to plan');
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(noticesOf(repo, 'plans')).toEqual(['agreed plans are followed: B, A']);
  const copy = join(runFolder(repo.path), 'epics/A/plan.md');
  expect(readFileSync(copy, 'utf8')).toBe(read(repo, '.teams/plans/A.md'));
  const lead = readFileSync(join(runFolder(repo.path), 'epics/A/attempt-1/prompt.md'), 'utf8');
  expect(lead).toContain(`2. The plan of this epic is agreed: \`${copy}\`.`);
  expect(lead).not.toContain('Have the epic planned');
});

test('a plan that does not fit, is gone or has lost its head is named and not followed', async () => {
  const repo = project({
    epics: [
      { id: 'A' },
      { id: 'B' },
      { id: 'C' },
      { id: 'D', more: { planned: true } },
      { id: 'E', more: { planned: false } },
    ],
  });
  await expectTeams(0, [...ALONE, 'A', 'B', 'C'], { cwd: repo.path });
  repo.write({
    'prd.json': read(repo, 'prd.json').replace('A-1 is done', 'A-1 is done better'),
    '.teams/plans/B.md': 'Just do it.\n',
  });
  const said = [
    'agreed plans are followed: C',
    'warning: edited since it was planned, so the lead plans anew: A (teams plan A)',
    'warning: called planned, but no plan is stored here, so the lead plans: D (teams plan D)',
    'warning: the stored plan has lost its head, so the lead plans: B (teams plan B)',
  ];
  const texts = said.map((text) => text.replace('warning: ', ''));
  const status = await runCli(['status'], repo.path);
  expect(status.stdout).toContain(texts.map((text) => `plans     ${text}\n`).join(''));
  const standings = { A: 'stale', B: 'unreadable', C: 'agreed', D: 'missing' };
  expect(JSON.parse((await runCli(['status', '--json'], repo.path)).stdout)).toMatchObject({
    plans: standings,
  });
  const dry = await runCli(['run', '--dry-run'], repo.path);
  expect(dry.stdout).toContain(`\n\n${said.join('\n')}\n\nwould run 5 epics`);
  expect(JSON.parse((await runCli(['run', '--dry-run', '--json'], repo.path)).stdout)).toMatchObject({
    plans: { ...standings, E: 'none' },
  });

  const { stdout } = await expectTeams(0, ['run', '--only', 'A', 'C'], { cwd: repo.path });
  const lines = told(stdout);
  for (const text of said.slice(0, 2)) expect(lines).toContain(`teams  ${text}`);
  const lead = (id: string): string =>
    readFileSync(join(runFolder(repo.path), `epics/${id}/attempt-1/prompt.md`), 'utf8');
  expect(lead('A')).toContain('Have the epic planned when it is worth it');
  expect(lead('C')).toContain('The plan of this epic is agreed');
});

test('a plan that is agreed to while a run is interrupted counts when the run goes on, and an edit takes it back', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }, { id: 'C', dependsOn: ['B'] }],
    script: { 'team-lead': { default: [{ hang: true }] } },
  });
  await expectTeams(0, [...ALONE, 'C'], { cwd: repo.path });
  const run = startTeams(['run', '--json'], { cwd: repo.path });
  await run.waitForLine(/"type":"process.started"/);
  expect(await runCli(ALONE, repo.path)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('another run holds the lock'),
  });
  run.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
  await expectTeams(0, [...ALONE, 'B'], { cwd: repo.path });
  repo.write({
    'prd.json': read(repo, 'prd.json').replace('Epic C', 'Epic See'),
    'agents.json': '{}',
  });
  expect((await runCli(['status'], repo.path)).stdout).toContain(
    'plans     agreed plans are followed: B\nplans     edited since it was planned, so the lead plans anew: C (teams plan C)\nnext      teams resume',
  );
  await expectTeams(0, ['resume'], { cwd: repo.path });
  const lead = (id: string): string =>
    readFileSync(join(runFolder(repo.path), `epics/${id}/attempt-1/prompt.md`), 'utf8');
  expect(lead('B')).toContain('The plan of this epic is agreed');
  expect(lead('C')).toContain('Have the epic planned when it is worth it');
  assertNothingLeft(repo);
});

test('a session that fails says why and where; the others are planned', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }, { id: 'C' }, { id: 'D' }, { id: 'E' }],
    config: { parallel: 5 },
    script: {
      planner: {
        epics: {
          A: [{ exit: 3 }],
          B: [{ say: 'no plan' }],
          C: [{ corruptResult: '{"epicId":"A","plan":"Do it"}' }],
          D: [{ corruptResult: `{"epicId":"D","plan":"${'x'.repeat(40_001)}"}` }],
        },
      },
    },
  });
  const { stdout } = await expectTeams(1, ALONE, { cwd: repo.path });
  const lines = told(stdout).filter((line) => / {2}not planned/.test(line));
  expect(lines.toSorted()).toEqual([
    'A  not planned: the session exited with 3 (logs: .teams/authoring/ID/epics/A)',
    'B  not planned: the session wrote no plan (logs: .teams/authoring/ID/epics/B)',
    'C  not planned: the plan is for A, not for C (logs: .teams/authoring/ID/epics/C)',
    'D  not planned: the file of the plan breaks the contract: plan: Too big: expected string to have <=40000 characters (logs: .teams/authoring/ID/epics/D)',
  ]);
  expect(told(stdout).slice(-2)).toEqual(['1 of 5 planned', 'next      teams plan']);
  expect(prdOf(repo).epics.map((epic) => 'planned' in epic)).toEqual([false, false, false, false, true]);
  assertNothingLeft(repo);
});

test('Ctrl-C ends every session, and a planning that was killed is tidied up by whatever comes next', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }, { id: 'C' }],
    config: { parallel: 2 },
    script: { planner: { default: [{ spawn: 'detached' }, { write: { here: '' } }, { hang: true }] } },
  });
  onTestFinished(() => {
    for (const id of plannings(repo)) for (const pid of survivors(id)) process.kill(pid, 'SIGKILL');
  });
  const begin = async (): Promise<ReturnType<typeof startTeams>> => {
    const handle = startTeams(ALONE, { cwd: repo.path });
    onTestFinished(() => handle.kill('SIGKILL'));
    await handle.waitForLine(/B {2}is being planned/);
    const isAtWork = (epic: string): boolean =>
      existsSync(join(repo.path, `.teams/worktrees/${plannings(repo).at(-1)}/${epic}/here`));
    await expect.poll(() => isAtWork('A') && isAtWork('B'), { timeout: 30_000 }).toBe(true);
    return handle;
  };
  const stopped = await begin();
  stopped.kill('SIGINT');
  const end = await stopped.ended;
  expect(end.code).toBe(130);
  expect(end.stderr).toContain('stopping: sessions are asked to end');
  expect(told(end.stdout).slice(-2)).toEqual(['0 of 3 planned', 'next      teams plan']);
  expect(plannings(repo).flatMap(survivors)).toEqual([]);
  assertNothingLeft(repo);

  const killed = await begin();
  killed.kill('SIGKILL');
  await killed.ended;
  expect(plannings(repo).flatMap(survivors).length).toBeGreaterThanOrEqual(4);
  repo.write({ 'agents.json': '{}' });
  await expectTeams(0, ['run', '--only', 'A'], { cwd: repo.path });
  expect(plannings(repo).flatMap(survivors)).toEqual([]);
  assertNothingLeft(repo);
});
