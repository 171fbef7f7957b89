import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gitSettings } from '../../../src/adapters/agents/git-settings.ts';
import { SessionRig } from './session-rig.ts';

let rig: SessionRig;
let home: string;
beforeEach(() => {
  rig = new SessionRig();
  home = join(rig.root, 'home dir "x"');
  mkdirSync(home);
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: undefined,
    GIT_CONFIG_GLOBAL: undefined,
    GIT_CONFIG_NOSYSTEM: '1',
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.invalid\n');
  git('init', '-q', '--bare', 'remote.git');
  git('init', '-q', '--bare', 'push-only.git');
  git('init', '-q', '-b', 'main', 'work');
  work('commit', '-q', '--allow-empty', '-m', 'Start');
  work('remote', 'add', 'origin', '../remote.git');
  // As it was before any session.
  work('push', '-q', 'origin', 'main:seen');
});
afterEach(() => {
  rig.remove();
  vi.unstubAllEnvs();
});

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: rig.root, encoding: 'utf8' }).trim();
const work = (...args: readonly string[]): string => git('-C', 'work', ...args);
const session = async (script: string): Promise<{ exitCode: number | null; tail: string }> =>
  rig.start(rig.sh(script), { worktree: join(rig.root, 'work') }).end;

const pushed = (): readonly string[] =>
  ['remote.git', 'push-only.git'].flatMap((repo) =>
    git('-C', repo, 'for-each-ref', '--format=%(refname)').split('\n').filter(Boolean),
  );

const PUSHES = [
  'git push',
  'git push origin',
  'git push origin HEAD:refs/heads/new',
  'git push --force --no-verify origin main',
  'git -C . push origin main',
  'cd .. && git -C work push origin main',
  'git push ../remote.git main',
  'git push "$PWD/../remote.git" main',
  'git push "file://$PWD/../remote.git" main',
  'git push --mirror ../remote.git',
  'git remote add other ../push-only.git && git push other main',
  'git clone -q . ../copy && git -C ../copy push ../remote.git HEAD:refs/heads/copy',
  'git config alias.publish "push origin main:new" && git publish',
  'sh -c "git push origin main"',
  'git push https://example.invalid/a/b.git main',
  'git push git@example.invalid:a/b.git main',
  'git push ssh://example.invalid/a main',
  // For these addresses the person has rules of their own, or they are only for pushing.
  'git push web main',
  'git push https://example.invalid/rule/and/more main',
  'git push mine: main',
  'git push mine:x main',
  'git push split main',
  'git push ../push-only.git main',
];

it('no push gets through, however it is spelled', async () => {
  const remote = join(rig.root, 'remote.git');
  work('config', 'push.default', 'current');
  git(
    'config',
    '--file',
    join(home, '.gitconfig'),
    `url.${remote}.pushInsteadOf`,
    'https://example.invalid/rule/',
  );
  work('config', `url.${remote}.pushInsteadOf`, 'mine:');
  work('remote', 'add', 'web', 'https://example.invalid/rule/');
  work('remote', 'add', 'split', '../remote.git');
  work('config', 'remote.split.pushurl', '../push-only.git');
  // Nothing that could reach a server is started.
  const lines = PUSHES.map((push) => `(${push}) 2>&1; echo "= $?"`);
  const { tail } = await session(`export GIT_TRACE=1; { ${lines.join('; ')}; } > ../said.txt; echo done`);
  expect(tail).toBe('done');
  const said = readFileSync(join(rig.root, 'said.txt'), 'utf8');
  const answers = said.split(/^= /m).slice(0, -1);
  expect(answers).toHaveLength(PUSHES.length);
  for (const [index, answer] of answers.entries()) {
    expect(answer, PUSHES[index]).toMatch(
      /^fatal: .*\/dev\/null\/teams: a session never pushes, teams merges/m,
    );
  }
  expect(said.match(/^= \d+/gm)).toEqual(PUSHES.map(() => '= 128'));
  expect(said).not.toMatch(/run_command: .*(ssh|remote-https)/);
  expect(pushed()).toEqual(['refs/heads/seen']);
});

it('fetches, clones and commits as ever, as the person that is configured', async () => {
  const { exitCode, tail } = await session(
    `git fetch -q origin && git pull -q origin seen && git clone -q ../remote.git ../clone &&
     git commit -q --allow-empty -m Work && git log -1 --format='%an <%ae>' && git ls-remote origin`,
  );
  expect(exitCode).toBe(0);
  expect(tail).toContain('Ada <ada@example.invalid>');
  expect(tail).toContain('refs/heads/seen');
});

it('takes the place of the global configuration that the person named, and includes it', async () => {
  const own = join(rig.root, 'own "config"');
  writeFileSync(own, '[user]\n\tname = Bo\n\temail = bo@example.invalid\n');
  vi.stubEnv('GIT_CONFIG_GLOBAL', own);
  expect((await session('git config user.name')).tail).toBe('Bo');
  vi.stubEnv('GIT_CONFIG_GLOBAL', '');
  expect((await session('git config user.name')).exitCode).toBe(1);
});

it('passes over what only a sandbox shows in the worktree, and what the person ignores', async () => {
  writeFileSync(join(home, 'my ignores'), '*.swp');
  git('config', '--file', join(home, '.gitconfig'), 'core.excludesFile', '~/my ignores');
  const worktree = join(rig.root, 'work');
  const env = await gitSettings({ worktree, folder: rig.root }, ['.bashrc', '.claude/hooks']);
  mkdirSync(join(worktree, 'sub'));
  for (const name of ['.bashrc', 'a.swp', 'b.txt', 'sub/.bashrc']) writeFileSync(join(worktree, name), '');
  vi.stubEnv('GIT_CONFIG_GLOBAL', env['GIT_CONFIG_GLOBAL']);
  work('add', '-A');
  expect(work('status', '--porcelain').split('\n')).toEqual(['A  b.txt', 'A  sub/.bashrc']);
});
