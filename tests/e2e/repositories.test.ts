import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { prd } from '../rig/prd.ts';
import { runFolder } from '../rig/run-files.ts';
import { gitEnvironment } from '../rig/temp-repo.ts';
import {
  expectTeams,
  integrationOf,
  mergedIn,
  noticesOf,
  project,
  read,
  reasonsOf,
  rescript,
  sh,
  statusesOf,
  type Steps,
} from './play.ts';

const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('git', args, {
    cwd,
    env: { ...process.env, ...gitEnvironment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

test('a detached HEAD: the run starts from its commit, and cannot land', async () => {
  const repo = project({
    epics: [],
    files: { 'prd.json': prd([{ id: 'A' }], { branchName: undefined }) },
    config: { land: 'merge' },
  });
  repo.git('checkout', '-q', '--detach');
  const head = repo.git('rev-parse', 'HEAD');
  const refused = await expectTeams(2, ['run'], { cwd: repo.path });
  expect(refused.stderr).toContain('with --land merge a run has to start from a branch, to land in it');
  await expectTeams(0, ['run', '--land', 'leave'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A']);
  expect(repo.git('rev-parse', 'HEAD')).toBe(head);
  assertNothingLeft(repo);
});

test('what cannot be worked with is refused with exit code 3 and a way out', async () => {
  const repo = project({ epics: [{ id: 'A' }] });
  const refusal = async (cwd: string, env: Record<string, string> = {}): Promise<string> =>
    (await expectTeams(3, ['run'], { cwd, env })).stderr;

  git(repo.path, 'clone', '-q', '--bare', '.', '../bare.git');
  expect(await refusal(join(repo.path, '../bare.git'))).toMatch(/bare repository[\s\S]*git worktree add/);
  expect(await refusal(join(repo.path, '.git'))).toMatch(/inside of a \.git folder/);
  const nobody = { GIT_AUTHOR_NAME: '', GIT_COMMITTER_NAME: '' };
  repo.git('config', '--unset', 'user.name');
  expect(await refusal(repo.path, nobody)).toMatch(/cannot make a commit here[\s\S]*git config user\.name/);
  repo.git('config', 'commit.gpgsign', 'true');
  repo.git('config', 'gpg.program', 'false');
  expect(await refusal(repo.path)).toMatch(/cannot be signed[\s\S]*git config commit\.gpgsign false/);
  repo.git('config', 'commit.gpgsign', 'false');
  repo.git('config', 'user.name', 'Ada');
  repo.git('branch', 'teams');
  expect(await refusal(repo.path)).toMatch(/there is a branch teams[\s\S]*git branch -m teams my-teams/);
  repo.git('symbolic-ref', 'HEAD', 'refs/heads/unborn');
  expect(await refusal(repo.path)).toMatch(/branch unborn has no commit yet[\s\S]*git commit/);
  expect(readdirSync(repo.path)).not.toContain('.teams');
});

test('a shallow clone, with spaces and unicode in its path, run from a subfolder', async () => {
  const origin = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    folder: 'mein Ördner $(id) 漢字',
    files: { 'sub dir/ä\u00a0b "q".txt': '1' },
    config: { verify: ['test -e "sub dir"'] },
    script: { 'team-lead': { default: [{ story: 'each', write: { "sub dir/new ü '{epic}'.txt": 'x' } }] } },
  });
  origin.commit({ 'later.txt': 'x' });
  const path = join(dirname(origin.path), 'clone é');
  git(origin.path, 'clone', '-q', '--depth', '1', `file://${origin.path}`, path);
  const clone = { path };
  await expectTeams(0, ['run'], { cwd: join(path, 'sub dir') });
  expect(statusesOf(clone)).toEqual({ A: 'completed', B: 'completed' });
  expect(git(path, 'ls-tree', '-z', '--name-only', integrationOf(clone), 'sub dir/')).toContain(
    `sub dir/new ü 'A'.txt`,
  );
  expect((await expectTeams(0, ['status'], { cwd: join(path, 'sub dir') })).stdout).toContain(
    '2 of 2 epics merged',
  );
  expect(git(path, 'worktree', 'list').split('\n')).toHaveLength(1);
});

test('submodules: worktrees have them when the setup says so, a warning when not, and nothing is left of them', async () => {
  const repo = project({ epics: [{ id: 'A' }] });
  git(dirname(repo.path), 'clone', '-q', 'repo', 'library');
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '../library', 'library');
  repo.commit({}, 'with a submodule');
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(noticesOf(repo, 'submodules')).toHaveLength(1);
  repo.git('checkout', '-q', 'prd.json');
  repo.commit({
    'teams.config.yml': JSON.stringify({
      version: 1,
      backend: 'agents',
      backends: { agents: { script: 'agents.json' } },
      setup: ['git -c protocol.file.allow=always submodule --quiet update --init'],
      verify: ['test -e library/README.md'],
    }),
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(noticesOf(repo, 'submodules')).toEqual([]);
  expect(repo.git('ls-tree', integrationOf(repo), 'library')).toContain('160000 commit');
  expect(repo.git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(repo.git('status', '--porcelain')).toBe('M prd.json');
});

test('submodules: a commit in one that only its worktree has is refused and kept, a published one is merged', async () => {
  const file = 'git -c protocol.file.allow=always';
  const update = sh(`${file} submodule --quiet update --init`);
  const record = [
    sh('git add library && git commit -qm "another library"'),
    { pass: 'each' },
  ] satisfies Steps;
  const own = sh('cd library && echo x > own.txt && git add own.txt && git commit -qm own');
  const repo = project({
    epics: [{ id: 'A' }],
    config: { attempts: { epic: 1 } },
    script: { 'team-lead': { epics: { A: [update, own, ...record] } } },
  });
  const library = join(dirname(repo.path), 'library');
  git(dirname(repo.path), 'clone', '-q', 'repo', 'library');
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '../library', 'library');
  repo.commit({}, 'with a submodule');
  git(library, 'commit', '-q', '--allow-empty', '-m', 'published');
  const published = git(library, 'rev-parse', 'HEAD');

  const end = await expectTeams(1, ['run'], { cwd: repo.path });
  expect(reasonsOf(repo, 'A').map(({ text }) => text)).toEqual([
    'library: a submodule at a commit that is on no branch or tag of its remote, so nobody else could have it; set it back or to one that is published, and check it out (git submodule update --init)',
  ]);
  const folder = 'epics/A/attempt-1/leftover';
  const text = `a repository inside the worktree was not committed; it is kept in ${folder}: library`;
  expect(end.stdout).toContain(`warning: ${text}\n`);
  expect(git(join(runFolder(repo.path), folder, 'library'), 'log', '-1', '--format=%s')).toBe('own');

  // The link is on the branch of the epic still: without the submodule nothing shows that its commit can be had.
  rescript(repo, { 'team-lead': { epics: { A: [{ corruptResult: '{"epicId":"A","stories":{}}' }] } } });
  await expectTeams(1, ['run'], { cwd: repo.path });
  expect(reasonsOf(repo, 'A').map(({ rule }) => rule)).toEqual(['submodule-unpublished']);

  rescript(repo, {
    'team-lead': {
      epics: {
        A: [
          sh(
            'git rm -q --cached library && git update-index --add --cacheinfo 160000,' +
              published +
              ',library',
          ),
          sh('git commit -qm "a published one"'),
          update,
          { corruptResult: '{"epicId":"A","stories":{}}' },
        ],
      },
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(repo.git('ls-tree', integrationOf(repo), 'library')).toContain(published);
});

test('a sparse checkout: worktrees are like it, which is said, and what it lacks stays in the commits', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    files: { 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' },
    config: { verify: ['test -e in/A-1.txt && test ! -e out'] },
    script: { 'team-lead': { default: [{ story: 'each', write: { 'in/{story}.txt': 'x' } }] } },
  });
  repo.git('sparse-checkout', 'set', '--cone', 'in');
  repo.write({ 'out/b.txt': 'changed all the same\n' });
  const end = await expectTeams(0, ['run', '--include-dirty'], { cwd: repo.path });
  const text =
    'the checkout is sparse, and so are the worktrees: agents and checks have only what it has (git sparse-checkout disable gives them everything)';
  expect(noticesOf(repo, 'sparse-checkout')).toEqual([text]);
  expect(end.stdout).toContain(`warning: ${text}\n`);
  expect(repo.git('ls-tree', '-r', '--name-only', integrationOf(repo), 'in', 'out').split('\n')).toEqual([
    'in/A-1.txt',
    'in/a.txt',
    'out/b.txt',
  ]);
  expect(repo.git('show', `${integrationOf(repo)}:out/b.txt`)).toBe('changed all the same');
});

test('hooks: one that refuses a commit is an honest failure; none of them gets in the way of teams', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    config: { attempts: { epic: 1 }, land: 'merge' },
    script: {
      'team-lead': {
        epics: { A: [{ write: { 'a.txt': 'a' } }, sh('git add -A && git commit -qm a'), { pass: 'each' }] },
      },
    },
  });
  const hook = (name: string, body: string): void => {
    repo.write({ [`.git/hooks/${name}`]: `#!/bin/sh\n${body}\n` });
    chmodSync(join(repo.path, '.git/hooks', name), 0o755);
  };
  hook('pre-commit', 'test "$TEAMS_EPIC_ID" != A || { echo "lint failed: a.txt" >&2; exit 1; }');
  // Sessions have a role: what has none is git as teams calls it.
  for (const name of [
    'post-checkout',
    'reference-transaction',
    'pre-merge-commit',
    'post-merge',
    'commit-msg',
  ]) {
    hook(name, 'test -n "$TEAMS_ROLE" || { touch "$(git rev-parse --git-common-dir)/hooked"; exit 1; }');
  }
  await expectTeams(1, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['B']);
  expect(reasonsOf(repo, 'A').map(({ rule }) => rule)).toContain('exit-code');
  expect((await expectTeams(0, ['logs', 'A'], { cwd: repo.path })).stdout).toContain('lint failed: a.txt');
  hook('pre-commit', 'true');
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(readdirSync(join(repo.path, '.git'))).not.toContain('hooked');
});

test('a linked worktree is a checkout like any other', async () => {
  const repo = project({ epics: [{ id: 'A' }] });
  const path = join(dirname(repo.path), 'linked');
  repo.git('worktree', 'add', '-q', '-b', 'feature', path);
  mkdirSync(join(path, 'sub'));
  await expectTeams(0, ['run', '--base', 'feature', '--land', 'merge'], { cwd: join(path, 'sub') });
  expect(statusesOf({ path })).toEqual({ A: 'completed' });
  expect(statusesOf(repo)).toEqual({ A: 'pending' });
  expect(git(path, 'log', '-1', '--format=%(trailers:key=Teams-Epic,valueonly)', 'feature')).toBe('A');
  expect(repo.git('status', '--porcelain')).toBe('');
  expect(git(path, 'status', '--porcelain')).toBe('M prd.json');
  expect(repo.git('worktree', 'list').split('\n')).toHaveLength(2);
});

test('prd.json: with a byte order mark and CRLF, untracked, or somewhere else in the repository', async () => {
  const windows = `\ufeff${prd([{ id: 'A' }]).replaceAll('\n', '\r\n')}`;
  const repo = project({ epics: [], files: { 'prd.json': windows } });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(read(repo, 'prd.json')).toBe(
    windows.replace('"pending"', '"completed"').replace('"passes": false', '"passes": true'),
  );

  const untracked = project({ epics: [{ id: 'A' }] });
  untracked.git('rm', '-q', '--cached', 'prd.json');
  untracked.commit({}, 'without it');
  await expectTeams(0, ['run'], { cwd: untracked.path });
  expect(statusesOf(untracked)).toEqual({ A: 'completed' });
  expect(untracked.git('ls-tree', '--name-only', integrationOf(untracked)).split('\n')).not.toContain(
    'prd.json',
  );

  const elsewhere = project({ epics: [{ id: 'not-this' }], files: { 'docs/plan.json': prd([{ id: 'A' }]) } });
  await expectTeams(0, ['run', 'plan.json'], { cwd: join(elsewhere.path, 'docs') });
  expect(mergedIn(elsewhere)).toEqual(['A']);
  expect(read(elsewhere, 'docs/plan.json')).toContain('"completed"');
  expect(statusesOf(elsewhere)).toEqual({ 'not-this': 'pending' });
});
