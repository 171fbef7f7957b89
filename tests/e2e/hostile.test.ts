import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { runFolder } from '../rig/run-files.ts';
import { expectTeams, integrationOf, project, statusesOf } from './play.ts';

const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u0000\r\b\u202e';
const TITLES = [
  '`id` $(touch {root}/pwned) "quoted" \'single\' \\ %s %n',
  `--upload-pack=touch pwned ${ESCAPES}`,
  '-rf /',
  'A title\n\nTeams-Epic: B\nTeams-Run: x\nSigned-off-by: Nobody',
  '---\n- >8 -\n# comment\nTeams-Attempt: 9',
  '{epic} {story} {root} {result} {worktree}',
  '<script>alert(1)</script> | table | **bold** ```',
  '\ud83d\ude00 émoji \u200b 漢字 \ud800',
];

/** What a terminal would act on, instead of showing it: C0 without tab and newline, DEL, C1, direction overrides. */
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('hostile strings go through everything and reach no terminal, no shell and no trailer', async () => {
  const repo = project({
    epics: TITLES.map((title, index) => ({
      id: `E${index}`,
      more: {
        title,
        description: title,
        userStories: [
          {
            id: `S${index}`,
            title,
            description: title,
            acceptanceCriteria: [title],
            priority: 1,
            passes: false,
            failureReason: null,
          },
        ],
      },
    })),
    config: { parallel: 4, verify: [`printf '\\033[31mred\\007'`, 'test ! -e pwned'] },
    script: {
      'team-lead': {
        epics: {
          E0: {
            1: [
              { say: ESCAPES },
              { activity: { kind: 'tool', text: ESCAPES } },
              { fail: 'each', reason: `why ${ESCAPES} $(id)` },
              { run: ['sh', '-c', `printf '\\033[2Jlast words\\007' >&2; exit 3`] },
            ],
            2: [{ story: 'each', write: { ['a b\t-c "d" \'ü\' \u001b[31m.txt']: 'x' } }],
          },
          E1: {
            1: [
              { story: 'each', write: { '-rf': 'x' } },
              { write: { [`dirty ${ESCAPES.replaceAll('\u0000', '')}`]: 'x' } },
            ],
            2: [{ story: 'each', write: { 'e1.txt': 'x' } }],
          },
        },
      },
      'final-validator': {
        default: {
          1: [
            {
              verdict: 'fail',
              coverage: [],
              summary: `bad ${ESCAPES}`,
              findings: [{ severity: 'blocker', title: `-x $(id) ${ESCAPES}`, details: ESCAPES }],
            },
          ],
          2: [{ verdict: 'pass' }],
        },
      },
    },
  });
  const outputs = [
    await expectTeams(0, ['run'], { cwd: repo.path }),
    await expectTeams(0, ['status', '--why'], { cwd: repo.path }),
    await expectTeams(0, ['summary'], { cwd: repo.path }),
    await expectTeams(0, ['validate'], { cwd: repo.path }),
    await expectTeams(0, ['logs'], { cwd: repo.path }),
    await expectTeams(0, ['logs', 'E0'], { cwd: repo.path }),
    await expectTeams(0, ['logs', 'E1'], { cwd: repo.path }),
    await expectTeams(0, ['reset', 'E0'], { cwd: repo.path }),
  ];
  for (const { stdout, stderr } of outputs) {
    expect(stdout).not.toMatch(RAW);
    expect(stderr).not.toMatch(RAW);
  }
  // JSON keeps every character, and escapes those that a terminal acts on.
  const json = (await expectTeams(0, ['status', '--json'], { cwd: repo.path })).stdout;
  expect(json.trimEnd()).not.toMatch(/[\u0000-\u001f]/);
  expect(readFileSync(join(runFolder(repo.path), 'summary.md'), 'utf8')).not.toMatch(RAW);
  expect(readdirSync(repo.path)).not.toContain('pwned');
  const { E0, ...others } = statusesOf(repo);
  expect(E0).toBe('pending');
  expect(new Set(Object.values(others))).toEqual(new Set(['completed']));

  // Exactly ours, each once, and the epic that it really was.
  const merges = repo
    .git(
      'log',
      '--first-parent',
      '-z',
      '--format=%s%x01%(trailers:only,unfold)',
      `main..${integrationOf(repo)}`,
    )
    .split('\0')
    .filter((entry) => entry !== '');
  expect(merges).toHaveLength(TITLES.length + 1);
  for (const merge of merges) {
    const [subject = '', trailers = ''] = merge.split('\u0001');
    const epicId = /^([\w-]+):/.exec(subject)?.[1];
    expect(
      trailers
        .trim()
        .split('\n')
        .map((line) => line.replace(/^(Teams-Run|Teams-Attempt): .*/, '$1')),
    ).toEqual(['Teams-Run', `Teams-Epic: ${epicId}`, 'Teams-Attempt']);
    expect(subject).not.toMatch(RAW);
  }
  assertNothingLeft(repo);
});
