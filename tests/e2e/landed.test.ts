import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { gitEnvironment, type TempRepo } from '../rig/temp-repo.ts';
import { expectTeams, integrationOf, project, read, sh, type Steps } from './play.ts';

const edit: Steps = [{ story: 'each', write: { '{epic}.txt': '{story}' } }];

/** While the agent works, the person goes on in the branch that the run started from. */
const moving: Steps = [
  ...edit,
  sh('cd {root} && echo x > moved.txt && git add moved.txt && git commit -qm "moved on"'),
];

const one = (
  more: { readonly land?: 'merge'; readonly verify?: string[]; readonly steps?: Steps } = {},
): TempRepo => {
  const { steps = edit, ...config } = more;
  return project({
    epics: [{ id: 'A' }],
    config,
    script: {
      'team-lead': { default: steps },
      builder: { default: [{ story: 'each', write: { 'mended.txt': '{story}' } }] },
    },
  });
};

const paste = (repo: TempRepo, command: string): string =>
  execFileSync('sh', ['-c', command], {
    cwd: repo.path,
    env: { ...process.env, ...gitEnvironment },
    encoding: 'utf8',
  });

/** What is printed, with commits and run ids made the same. */
const still = (text: string): string =>
  text
    .replace(/\b\d{8}-\d{4}-[a-z0-9]{6}\b/g, 'RUN')
    .replace(/\b[0-9a-f]{40}\b/g, 'SHA')
    .replace(/\b[0-9a-f]{7,12}\b/g, 'sha');

/** The lines of the status from "verdict" on. */
async function factsOf(repo: TempRepo): Promise<string> {
  const { stdout } = await expectTeams(0, ['status'], { cwd: repo.path });
  return still(stdout.slice(stdout.indexOf('verdict')));
}

interface Shown {
  readonly run: { readonly next: string | null };
  readonly landing: object | null;
}

async function jsonOf(repo: TempRepo): Promise<Shown> {
  const { stdout } = await expectTeams(0, ['status', '--json'], { cwd: repo.path });
  return JSON.parse(stdout) as Shown;
}

test('what only breaks together with what the person did meanwhile does not land, and is mended by the next run', async () => {
  const verify = ['test ! -e moved.txt || test ! -e A.txt || test -e mended.txt'];
  const repo = one({ verify, land: 'merge', steps: moving });
  const end = await expectTeams(1, ['run'], { cwd: repo.path });
  const moved = repo.git('rev-parse', 'main');
  expect(repo.git('ls-tree', '--name-only', 'main').split('\n')).not.toContain('A.txt');
  const [failed] = eventsOf(journal(repo.path), 'run.land-failed');
  expect(failed).toMatchObject({ branch: 'main', rule: 'check-failed' });
  expect(still(failed?.reason ?? '')).toBe(
    `main has moved on, and with teams/RUN merged in it fails: \`${verify[0]}\` exited with 1 (landing/sha/landing-1.log)`,
  );
  expect(still(end.stdout.slice(end.stdout.indexOf('\nnext')))).toBe(
    '\nnext      teams run --land merge   (goes on from teams/RUN with main merged in, and has that mended)\n',
  );
  expect(
    read(
      repo,
      `${runFolder(repo.path).slice(repo.path.length + 1)}/${/landing\/\S+\.log/.exec(failed?.reason ?? '')?.[0]}`,
    ),
  ).toBe('');
  assertNothingLeft(repo);

  await expectTeams(0, ['run', '--land', 'merge'], { cwd: repo.path });
  expect(repo.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(
    expect.arrayContaining(['A.txt', 'mended.txt', 'moved.txt']),
  );
  expect(repo.git('merge-base', moved, 'main')).toBe(moved);
});

test('a merge that passes its checks lands, also when the person commits while they run', async () => {
  // The first check of the merge commits to main under it.
  const verify = [
    'test ! -e moved.txt || test -e late.txt || (cd "$(git rev-parse --git-common-dir)/.." && echo x > late.txt && git add late.txt && git commit -qm late)',
  ];
  const repo = one({ verify, land: 'merge', steps: moving });
  await expectTeams(0, ['run'], { cwd: repo.path });
  const checks = eventsOf(journal(repo.path), 'check.ended').filter(({ where }) => where === 'landing');
  expect(checks.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(repo.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(
    expect.arrayContaining(['A.txt', 'late.txt', 'moved.txt']),
  );
  expect(repo.git('status', '--porcelain')).toBe('M prd.json');
});

test('a run that was left on its branch is landed by --land merge, in its own journal', async () => {
  const repo = one();
  const base = repo.git('rev-parse', 'main');
  await expectTeams(0, ['run'], { cwd: repo.path });
  const left = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(still(left.stderr)).toBe(
    'nothing to do: every epic of prd.json is completed and the last verdict is pass; the work is on teams/RUN, not in main: teams run --land merge brings it there\n',
  );
  const branch = integrationOf(repo);
  const end = await expectTeams(0, ['run', '--land', 'merge', '--json'], { cwd: repo.path });
  expect(repo.git('rev-parse', 'main')).toBe(repo.git('rev-parse', branch));
  const printed = end.stdout.trim().split('\n');
  expect(printed.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    'run.resumed',
    'run.landed',
    'run.ended',
  ]);
  expect(integrationOf(repo)).toBe(branch);
  expect(journal(repo.path).at(-1)).toMatchObject({ type: 'run.ended', outcome: 'passed' });
  const again = await expectTeams(0, ['run', '--land', 'merge'], { cwd: repo.path });
  expect(again.stderr).toBe(
    'nothing to do: every epic of prd.json is completed and the last verdict is pass; main has the work\n',
  );
  // Whoever takes it back is not overruled by a setting, and can have it again.
  repo.git('reset', '-q', '--keep', base);
  const back = await expectTeams(0, ['run'], { cwd: repo.path, env: { TEAMS_LAND: 'merge' } });
  expect(still(back.stderr)).toMatch(
    /; the work is on teams\/RUN, and not in main any more, where it landed: git switch main && git merge teams\/RUN\n$/,
  );
  expect(repo.git('rev-parse', 'main')).toBe(base);
  // Where a person looks at it is not where it lands.
  repo.git('checkout', '-q', '-b', 'look', branch);
  await expectTeams(0, ['run', '--land', 'merge'], { cwd: repo.path });
  expect(repo.git('rev-parse', 'main')).toBe(repo.git('rev-parse', branch));
  assertNothingLeft(repo);
});

test('a landing that something was in the way of is made up for without a new run', async () => {
  const repo = one({ land: 'merge' });
  repo.write({ 'A.txt': 'of the user\n' });
  await expectTeams(1, ['run'], { cwd: repo.path });
  repo.git('stash', 'push', '-q', '-u', 'A.txt');
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(read(repo, 'A.txt')).toBe('A-1');
  expect(end.stdout).toContain('passed after');
  expect(eventsOf(journal(repo.path), 'run.ended').map(({ outcome }) => outcome)).toEqual([
    'failed',
    'passed',
  ]);
  const { landing, run } = await jsonOf(repo);
  expect(landing).toEqual({ landed: true, branch: 'main', commit: repo.git('rev-parse', 'main') });
  expect(run.next).toBeNull();
});

test('work that the person merged by hand is landed, for status and for run', async () => {
  const repo = one({ land: 'merge' });
  repo.write({ 'A.txt': 'of the user\n' });
  await expectTeams(1, ['run'], { cwd: repo.path });
  repo.git('clean', '-q', '-f', 'A.txt');
  const branch = integrationOf(repo);
  repo.git('merge', '-q', branch);
  repo.git('branch', '-d', branch);
  expect(await factsOf(repo)).toMatch(
    /^verdict +pass\nbranch +teams\/RUN is gone, it was at sha\nlanding +main has it\nevidence +\.teams\/runs\/RUN\n$/,
  );
  expect(await jsonOf(repo)).toMatchObject({
    run: { next: null },
    landing: { landed: true, branch: 'main', commit: repo.git('rev-parse', 'main') },
  });
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(end.stdout).toBe('');
  expect(end.stderr).toMatch(/^nothing to do: .*; main has the work\n$/);
});

test('work that was begun and merged without a branch is landed too; looking at it is not', async () => {
  const repo = one();
  repo.git('tag', 'start');
  await expectTeams(0, ['run', '--base', 'start'], { cwd: repo.path });
  repo.git('checkout', '-q', '--detach');
  expect(await jsonOf(repo)).toMatchObject({ landing: null });
  repo.git('checkout', '-qf', integrationOf(repo));
  expect(await jsonOf(repo)).toMatchObject({ landing: null });
  repo.git('checkout', '-q', '--detach', 'main');
  repo.git('merge', '-q', '--no-ff', '-m', 'by hand', integrationOf(repo));
  expect(await factsOf(repo)).toMatch(/\nlanding +HEAD has it\nevidence +\.teams\/runs\/RUN\n$/);
  expect(await jsonOf(repo)).toMatchObject({
    run: { next: null },
    landing: { landed: true, branch: 'HEAD' },
  });
});

test('a completed epic that was not landed is not done again for --land merge: the way to its work is told', async () => {
  const repo = one();
  await expectTeams(0, ['run'], { cwd: repo.path });
  const again = 'teams reset A   to do it again';
  const merge = `git merge ${integrationOf(repo)}`;
  const asked = ['run', '--only', 'A', '--land', 'merge'];
  const told = await expectTeams(2, asked, { cwd: repo.path });
  expect(told.stderr).toBe(
    `error: A is completed already\n  fix:   one of:\n    ${merge}   brings all that is merged where you are\n    ${again}\n`,
  );
  paste(repo, merge);
  const landed = await expectTeams(2, asked, { cwd: repo.path });
  expect(landed.stderr).toBe(`error: A is completed already\n  fix:   ${again}\n`);
});

test('a deleted integration branch is missed, by run and by status, and what they offer brings it back', async () => {
  const repo = one();
  await expectTeams(0, ['run'], { cwd: repo.path });
  const branch = integrationOf(repo);
  const head = repo.git('rev-parse', branch);
  repo.git('branch', '-D', branch);
  const end = await expectTeams(2, ['run'], { cwd: repo.path });
  expect(still(end.stderr))
    .toBe(`error: every epic of prd.json is completed and judged, but teams/RUN is gone and no branch has the code
  why:   its last commit is SHA; git keeps what no branch has only for a while
  fix:   one of:
    git branch teams/RUN SHA   to have it back
    teams reset --all   to do the work again
`);
  expect(await factsOf(repo)).toMatch(
    /\nbranch +teams\/RUN is gone, it was at sha, which no branch has any more\nlanding +not landed\n[^]*\nnext +git branch teams\/RUN SHA {3}gives the work its branch back\n$/,
  );
  const { next } = (await jsonOf(repo)).run;
  expect(next).toBe(`git branch ${branch} ${head}`);
  paste(repo, next ?? '');
  expect(await factsOf(repo)).toMatch(/\nnext +git merge teams\/RUN {3}brings the work into main\n$/);
  const more = JSON.parse(read(repo, 'prd.json')) as { epics: object[] };
  repo.git('branch', '-D', branch);
  const [first] = more.epics;
  const second = {
    ...first,
    id: 'B',
    title: 'B',
    status: 'pending',
    dependsOn: ['A'],
    userStories: [{ id: 'B-1', title: 'B', acceptanceCriteria: ['b'] }],
  };
  repo.write({ 'prd.json': JSON.stringify({ ...more, epics: [...more.epics, second] }) });
  const missing = await expectTeams(2, ['run'], { cwd: repo.path });
  expect(missing.stderr).toContain(
    `    git branch ${branch} ${head}   to have the branch back that had it\n`,
  );
});

test('what could never land is refused before anything is done', async () => {
  const repo = one({ land: 'merge' });
  repo.write({ 'README.md': 'changed\n' });
  const dirty = await expectTeams(2, ['run', '--include-dirty'], { cwd: repo.path });
  expect(dirty.stderr)
    .toBe(`error: --include-dirty and --land merge do not go together while the checkout has changes
  why:   what lands would have them too, and git does not overwrite what is not committed
  fix:   git commit -a   (then without --include-dirty), or: teams run --include-dirty --land leave
`);
  repo.git('checkout', '-q', '--detach');
  repo.write({ 'prd.json': read(repo, 'prd.json').replace('"branchName": "main",', '') });
  for (const args of [['run'], ['run', '--dry-run']]) {
    const detached = await expectTeams(2, args, { cwd: repo.path });
    expect(detached.stderr)
      .toBe(`error: with --land merge a run has to start from a branch, to land in it; it would start from a commit
  where: no branch is checked out
  fix:   git switch BRANCH, or: teams run --base BRANCH, or: teams run --land leave
`);
  }
  expect(existsSync(join(repo.path, '.teams', 'runs'))).toBe(false);

  await expectTeams(0, ['run', '--land', 'leave'], { cwd: repo.path });
  const begun = await expectTeams(2, ['run'], { cwd: repo.path });
  expect(still(begun.stderr)).toBe(
    `error: the work on teams/RUN was begun from a commit, so there is no branch for it to land in
  fix:   git switch BRANCH && git merge teams/RUN
`,
  );
});

/** Two epics, one after the other; `meanwhile` happens in the checkout while the second is worked on. */
const two = (meanwhile: string): TempRepo =>
  project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    script: { 'team-lead': { epics: { A: edit, B: [...edit, sh(`cd {root} && ${meanwhile}`)] } } },
  });
const INTEGRATION = '$(git for-each-ref --format="%(refname:short)" refs/heads/teams/)';

test('a checkout of the integration branch follows the merges, and loses nothing', async () => {
  const repo = two(`git checkout -q ${INTEGRATION} && echo mine >> README.md`);
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  const branch = integrationOf(repo);
  expect(repo.git('symbolic-ref', '--short', 'HEAD')).toBe(branch);
  expect(repo.git('status', '--porcelain').split('\n').toSorted()).toEqual(
    ['M README.md', ' M prd.json'].toSorted(),
  );
  expect(read(repo, 'B.txt')).toBe('B-1');
  expect(read(repo, 'README.md')).toBe('# A project\nmine\n');
  expect(end.stdout).toContain(
    `${branch} is checked out in ${repo.path}: the files there follow every merge\n`,
  );
  expect(end.stdout).toContain(`newly changed: README.md; now on ${branch}\n`);
  // It is with the person only when it is in a branch of theirs.
  expect(await factsOf(repo)).toMatch(/\nlanding +not landed\n[^]*\nnext +git merge teams\/RUN /);
});

test('a file in the way in such a checkout fails the merge, and the next run makes up for it', async () => {
  const repo = two(`git checkout -q ${INTEGRATION} && echo mine > B.txt`);
  const end = await expectTeams(1, ['run'], { cwd: repo.path });
  const branch = integrationOf(repo);
  expect(read(repo, 'B.txt')).toBe('mine\n');
  expect(end.stdout).toContain(
    `B      not merged: ${branch} is checked out in ${repo.path}, where something is in the way: error: The following untracked working tree files would be overwritten by merge: B.txt `,
  );
  expect(repo.git('diff', '--cached', '--name-only')).toBe('');
  repo.git('clean', '-q', '-f', 'B.txt');
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(repo.git('ls-tree', '--name-only', integrationOf(repo)).split('\n')).toContain('B.txt');
});

test('an integration branch that is deleted during the run is there again at the next merge, and at the end', async () => {
  const repo = two(`git branch -q -D ${INTEGRATION}`);
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  const branch = integrationOf(repo);
  expect(end.stdout).toContain(
    `warning: ${branch} was deleted while the run was going on; it is there again, with all that is merged\n`,
  );
  expect(repo.git('ls-tree', '--name-only', branch).split('\n')).toEqual(
    expect.arrayContaining(['A.txt', 'B.txt']),
  );

  const late = project({
    epics: [{ id: 'A' }],
    script: {
      'team-lead': { default: edit },
      'final-validator': {
        default: [sh(`cd {root} && git branch -q -D ${INTEGRATION}`), { verdict: 'pass' }],
      },
    },
  });
  await expectTeams(0, ['run'], { cwd: late.path });
  expect(late.git('ls-tree', '--name-only', integrationOf(late)).split('\n')).toContain('A.txt');
});
