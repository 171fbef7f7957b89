import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { gitEnvironment, type TempRepo } from '../rig/temp-repo.ts';
import { project, sh, type Steps } from './play.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));

/** Runs a script that may mount in a namespace of its own: its mounts end with it, and no privilege is needed. */
const inNamespace = (cwd: string, script: string) =>
  spawnSync(
    'unshare',
    [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      `set -u\nteams() { "${process.execPath}" "${BIN}" "$@" 2>&1; }\n${script}`,
    ],
    {
      cwd,
      env: { ...process.env, ...gitEnvironment },
      encoding: 'utf8',
    },
  );

// Some containers forbid user namespaces; nothing else can fill a disk or make one read-only for root.
const canMount =
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
    .status === 0;

const makeTeams = (repo: TempRepo): void => {
  mkdirSync(join(repo.path, '.teams'), { mode: 0o700 });
};

/** What a script printed between two marks. */
const part = (stdout: string, mark: string): string =>
  new RegExp(`<${mark}>\\n([\\s\\S]*?)</${mark}>`).exec(stdout)?.[1] ?? `no <${mark}> in: ${stdout}`;

const marked = (mark: string, command: string): string =>
  `echo "<${mark}>"; ${command}; echo "exit $?"; echo "</${mark}>"\n`;

const fill = 'dd if=/dev/zero of={root}/.teams/filler bs=64k count=1000 2>/dev/null; true';
const honest: Steps = [{ story: 'each', write: { '{epic}.txt': '{story}' } }];

test.skipIf(!canMount)(
  'a disk that fills up during a run: said at once, nothing lost, resume finishes',
  () => {
    const repo = project({
      epics: [{ id: 'A' }, { id: 'B', stories: 2 }, { id: 'C', dependsOn: ['B'] }],
      // A worktree that is removed leaves some room again, which goes as well.
      config: {
        setup: [
          'test ! -e ../../../filler || dd if=/dev/zero bs=1k count=4000 >> ../../../filler 2>/dev/null; true',
        ],
        verify: ['true'],
      },
      script: {
        'team-lead': {
          epics: {
            A: honest,
            B: {
              1: [...honest, sh(`test -e {root}/.git/was-full || { touch {root}/.git/was-full; ${fill}; }`)],
            },
            C: honest,
          },
        },
      },
    });
    makeTeams(repo);
    const { stdout } = inNamespace(
      repo.path,
      `mount -t tmpfs -o size=2m,mode=0700 tmpfs .teams
${marked('run', 'teams run')}
${marked('full', 'teams run')}
${marked('status', 'teams status')}
rm .teams/filler
${marked('resume', 'teams resume')}
${marked('left', 'ls -A .teams/worktrees/*; git worktree list')}
${marked('journal', 'cat .teams/runs/*/journal.ndjson | tail -n 1; cat .teams/runs/*/journal.ndjson | grep -c merge.done')}`,
    );
    expect(part(stdout, 'run')).toMatch(
      /(the disk is full|No space left on device|unable to write file)[\s\S]*free some disk space, then: teams resume[\s\S]*exit 3/,
    );
    expect(part(stdout, 'run')).not.toContain('bug in teams');
    expect(part(stdout, 'full')).toMatch(
      /(the disk is full|No space left on device|unable to write file)[\s\S]*free some disk space[\s\S]*exit 3/,
    );
    expect(part(stdout, 'status')).toMatch(/teams resume[\s\S]*exit 0/);
    expect(part(stdout, 'resume')).toMatch(/resumed: [\s\S]*3 of 3 epics merged[\s\S]*exit 0/);
    expect(part(stdout, 'journal')).toMatch(/"type":"run.ended","outcome":"passed"[\s\S]*\n3\n/);
    expect(repo.git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(repo.git('status', '--porcelain')).toBe('M prd.json');
    assertNothingLeft(repo);
  },
);

test.skipIf(!canMount)(
  'a disk that is full for git says so too, and the same command works afterwards',
  () => {
    const repo = project({ epics: [{ id: 'A' }], script: { 'team-lead': { default: honest } } });
    mkdirSync(join(repo.path, '.git/worktrees'));
    const { stdout } = inNamespace(
      repo.path,
      `mount -t tmpfs -o size=64k,nr_inodes=2 tmpfs .git/worktrees
${marked('run', 'teams run')}
umount .git/worktrees
${marked('resume', 'teams resume')}`,
    );
    expect(part(stdout, 'run')).toMatch(/No space left on device[\s\S]*teams resume[\s\S]*exit 3/);
    expect(part(stdout, 'run')).not.toContain('bug in teams');
    expect(part(stdout, 'resume')).toMatch(/1 of 1 epics merged[\s\S]*exit 0/);
    assertNothingLeft(repo);
  },
);

test.skipIf(!canMount)(
  'a disk that an agent fills before what it left can be kept: said, and resume goes on',
  () => {
    const fillGit = 'dd if=/dev/zero of={root}/.git/worktrees/filler bs=4k count=1000 2>/dev/null; true';
    const repo = project({
      epics: [{ id: 'A' }],
      script: { 'team-lead': { default: [...honest, { write: { 'left.txt': 'over' } }, sh(fillGit)] } },
    });
    mkdirSync(join(repo.path, '.git/worktrees'));
    const { stdout } = inNamespace(
      repo.path,
      `mount -t tmpfs -o size=1m tmpfs .git/worktrees
${marked('run', 'teams run')}
rm .git/worktrees/filler
echo '{}' > agents.json
${marked('resume', 'teams resume')}`,
    );
    expect(part(stdout, 'run')).toMatch(
      /cannot write the files of the run: the disk is full\n {2}where: \S+\/index\n[\s\S]*free some disk space, then: teams resume[\s\S]*exit 3/,
    );
    expect(part(stdout, 'resume')).toMatch(/1 of 1 epics merged[\s\S]*exit 0/);
    assertNothingLeft(repo);
  },
);

test.skipIf(!canMount)(
  'a read-only .teams: what can only be looked at is shown, the rest is refused with a reason',
  () => {
    const repo = project({ epics: [{ id: 'A' }, { id: 'B' }], script: { 'team-lead': { default: honest } } });
    makeTeams(repo);
    const { stdout } = inNamespace(
      repo.path,
      `teams run --only A >/dev/null
mount --bind .teams .teams && mount -o remount,bind,ro .teams
${marked('status', 'teams status')}
${marked('logs', 'teams logs')}
${marked('run', 'teams run')}
${marked('reset', 'teams reset A')}
umount .teams
${marked('again', 'teams run')}`,
    );
    expect(part(stdout, 'status')).toMatch(/passed[\s\S]*exit 0/);
    expect(part(stdout, 'logs')).toMatch(/verdict: pass[\s\S]*exit 0/);
    for (const mark of ['run', 'reset']) {
      expect(part(stdout, mark)).toMatch(
        /the file system is read-only[\s\S]*\.teams[\s\S]*make .* writable[\s\S]*exit 3/,
      );
    }
    expect(part(stdout, 'again')).toMatch(/going on from teams\/[\s\S]*exit 0/);
    assertNothingLeft(repo);
  },
);

test.skipIf(!canMount)('a read-only repository is refused before anything is started', () => {
  const repo = project({ epics: [{ id: 'A' }] });
  const { stdout } = inNamespace(
    repo.path,
    `mount --bind . . && cd "$PWD" && mount -o remount,bind,ro .
${marked('run', 'teams run')}`,
  );
  expect(part(stdout, 'run')).toMatch(/read-only|Read-only file system/);
  expect(part(stdout, 'run')).toMatch(/exit 3/);
  expect(part(stdout, 'run')).not.toContain('bug in teams');
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: repo.path, encoding: 'utf8' })).toBe('');
});
