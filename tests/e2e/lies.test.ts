import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import {
  expectTeams,
  integrationOf,
  mergedIn,
  noticesOf,
  prdOf,
  project,
  reasonsOf,
  rescript,
  sh,
  statusesOf,
  type Steps,
} from './play.ts';

interface Lie {
  readonly steps: Steps;
  /** The rule that it breaks, and what a person reads. */
  readonly rule: string;
  readonly text: RegExp;
  /** What an honest agent does afterwards; default: its job. */
  readonly honest?: Steps;
}

const honest: Steps = [{ story: 'each', write: { '{epic}/{story}.txt': '{story}\n' } }];
/** Nothing new was done for a story: what was wrong is mended. */
const onlyMended: Steps = [{ corruptResult: '{"epicId":"{epic}","stories":{}}' }];
const result = '"$TEAMS_RESULT_PATH"';

const LIES: Readonly<Record<string, Lie>> = {
  claim: { steps: [{ lie: 'each' }], rule: 'commit-missing', text: /without a commit/ },
  elsewhere: {
    steps: [
      { write: { 'stray.txt': 'x' } },
      sh(
        'git add -A && git branch stray $(git commit-tree -p HEAD -m stray $(git write-tree)) && git reset -q --hard',
      ),
      { pass: 'each', commit: 'stray' },
    ],
    rule: 'commit-not-on-branch',
    text: /not new work on the branch/,
  },
  old: { steps: [{ pass: 'each' }], rule: 'commit-not-on-branch', text: /not new work on the branch/ },
  unknown: {
    steps: [{ pass: 'each', commit: 'deadbeef'.repeat(5) }],
    rule: 'commit-not-on-branch',
    text: /deadbeefdead is not new work/,
  },
  empty: {
    steps: [{ commit: 'nothing', empty: true }, { pass: 'each' }],
    rule: 'commit-empty',
    text: /changes nothing/,
  },
  foreign: { steps: [...honest, { foreignResult: 'claim' }], rule: 'wrong-epic', text: /for epic "claim"/ },
  malformed: {
    steps: [...honest, { corruptResult: '{"epicId"' }],
    rule: 'result-malformed',
    text: /not JSON/,
  },
  misfit: {
    steps: [...honest, { corruptResult: '{"epicId":"misfit","stories":{"misfit-1":{"passes":"yes"}}}' }],
    rule: 'result-malformed',
    text: /stories\.misfit-1\.passes/,
  },
  missing: {
    steps: [{ write: { 'm.txt': 'm' } }, { commit: 'work' }],
    rule: 'result-missing',
    text: /wrote no result/,
  },
  huge: {
    steps: [...honest, { hugeResult: 2_000_000 }],
    rule: 'result-unreadable',
    text: /the limit is 1000000/,
  },
  link: {
    steps: [...honest, sh(`mv ${result} ${result}.real && ln -s ${result}.real ${result}`)],
    rule: 'result-unreadable',
    text: /symbolic link/,
  },
  fifo: {
    steps: [...honest, sh(`rm ${result} && mkfifo ${result}`)],
    rule: 'result-unreadable',
    text: /not a regular file/,
  },
  folder: {
    steps: [...honest, sh(`rm ${result} && mkdir ${result}`)],
    rule: 'result-unreadable',
    text: /not a regular file/,
  },
  idle: { steps: [], rule: 'result-missing', text: /wrote no result/ },
  exit: { steps: [...honest, { exit: 3 }], rule: 'exit-code', text: /exited with 3/ },
  dirty: {
    steps: [...honest, { write: { 'left.txt': 'x' } }],
    rule: 'worktree-dirty',
    text: /left uncommitted: left\.txt/,
  },
  branch: {
    steps: [...honest, sh('git checkout -q -b my-own')],
    rule: 'branch-changed',
    text: /ended on "my-own" instead/,
  },
  detached: {
    steps: [...honest, sh('git checkout -q --detach')],
    rule: 'branch-changed',
    text: /detached HEAD/,
  },
  destroyed: {
    steps: [...honest, sh('rm -rf {worktree}')],
    rule: 'worktree-gone',
    text: /destroyed its worktree/,
  },
  uprooted: { steps: [sh('rm .git'), ...honest], rule: 'worktree-gone', text: /destroyed its worktree/ },
  rootless: {
    steps: [sh('git update-ref -d HEAD'), ...honest],
    rule: 'commit-not-on-branch',
    text: /not new work on the branch of the epic, on top of the commit that this started from/,
  },
  nested: {
    steps: [
      { write: { 'sub/a.txt': 'a' } },
      sh('cd sub && git init -q && git add -A && git commit -qm inner'),
      ...honest,
    ],
    rule: 'nested-repository',
    text: /sub: a repository inside the repository/,
    honest: [sh('git rm -q sub && git commit -qm "take it out"'), ...onlyMended],
  },
  unlinked: { steps: [...honest, sh('rm .git')], rule: 'worktree-gone', text: /destroyed its worktree/ },
  prd: {
    steps: [...honest, sh(`sed -i 's/"pending"/"completed"/' prd.json && git commit -qam done`)],
    rule: 'protected-path',
    text: /changes prd\.json, which only people may change/,
    honest: [sh('git checkout -q main -- prd.json && git commit -qm "take it back"'), ...onlyMended],
  },
  config: {
    steps: [...honest, sh('echo "verify: []" > teams.config.yml && git commit -qam checks')],
    rule: 'protected-path',
    text: /changes teams\.config\.yml/,
    honest: [sh('git checkout -q main -- teams.config.yml && git commit -qm "take it back"'), ...onlyMended],
  },
  statuses: {
    steps: [sh(`sed -i 's/"pending"/"completed"/; s/"passes": false/"passes": true/' {root}/prd.json`)],
    rule: 'result-missing',
    text: /wrote no result/,
  },
  stray: {
    steps: [{ write: { '{root}/README.md': 'gone\n', '{root}/new.txt': 'x' } }, { lie: 'each' }],
    rule: 'commit-missing',
    text: /without a commit/,
  },
  unbranched: {
    steps: [...honest, sh('git update-ref -d "$(git symbolic-ref HEAD)"')],
    rule: 'commit-not-on-branch',
    text: /not new work/,
  },
  tag: {
    steps: [
      { write: { 't.txt': 't' } },
      sh(
        'git add -A && git tag "$(git symbolic-ref --short HEAD)" $(git commit-tree -p HEAD -m t $(git write-tree)) && git reset -q --hard',
      ),
      sh(
        `echo '{"epicId":"tag","stories":{"tag-1":{"passes":true,"commit":"'$(git rev-parse "refs/tags/teams-epics/$TEAMS_RUN_ID/tag")'"}}}' > ${result}`,
      ),
    ],
    rule: 'commit-not-on-branch',
    text: /not new work/,
  },
  trailers: {
    steps: [
      { write: { 'f.txt': 'f' } },
      sh(
        'git add -A && git commit -q -m "sly" --trailer "Teams-Run: $TEAMS_RUN_ID" --trailer "Teams-Epic: claim" --trailer "Teams-Attempt: 1"',
      ),
      { pass: 'each' },
    ],
    rule: 'forged-trailer',
    text: /Teams-Epic/,
  },
  broken: {
    steps: [...honest, sh('echo rubbish > "$(git rev-parse --git-path index)"')],
    rule: 'worktree-gone',
    text: /destroyed its worktree/,
  },
  stranger: {
    steps: [...honest, sh(`sed -i 's/"stranger-1"/"claim-1"/' ${result}`)],
    rule: 'unknown-story',
    text: /names story "claim-1"/,
  },
  proto: {
    steps: [
      { write: { 'p.txt': 'p' } },
      sh('git add -A && git commit -qm p'),
      sh(
        `echo '{"epicId":"proto","stories":{"__proto__":{"passes":true,"commit":"'$(git rev-parse HEAD)'"}}}' > ${result}`,
      ),
    ],
    rule: 'story-missing',
    text: /says nothing about it/,
  },
};

test('no lie of a lead is accepted, each is named, and honest work passes afterwards', async () => {
  const repo = project({
    epics: Object.keys(LIES).map((id) => ({ id })),
    config: { parallel: 6, attempts: { epic: 1 } },
    script: {
      'team-lead': { epics: Object.fromEntries(Object.entries(LIES).map(([id, { steps }]) => [id, steps])) },
    },
  });
  const main = repo.git('rev-parse', 'main');
  const end = await expectTeams(1, ['run'], { cwd: repo.path });

  expect(mergedIn(repo)).toEqual([]);
  expect(repo.git('rev-parse', integrationOf(repo))).toBe(main);
  const why = (await expectTeams(0, ['status', '--why'], { cwd: repo.path })).stdout;
  for (const [id, { rule, text }] of Object.entries(LIES)) {
    expect
      .soft(
        reasonsOf(repo, id).map((reason) => reason.rule),
        id,
      )
      .toContain(rule);
    expect
      .soft(
        reasonsOf(repo, id)
          .map((reason) => reason.text)
          .join('\n'),
        id,
      )
      .toMatch(text);
    const line = why
      .split('\n')
      .find((candidate) => candidate.trimStart().startsWith(`${id} `) && text.test(candidate));
    expect.soft(line, `${id} in status --why:\n${why}`).toBeDefined();
  }
  for (const epic of prdOf(repo).epics) {
    expect.soft(epic.status, epic.id).toMatch(/^(failed|partial)$/);
    if (epic.userStories.some((story) => story.passes)) continue;
    expect.soft(epic.userStories[0]?.failureReason, epic.id).toMatch(/\w/);
  }

  // The checkout has what the agents wrote there and nothing else, and a person is told.
  expect(
    repo
      .git('status', '--porcelain')
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual(['M README.md', 'M prd.json', '?? new.txt']);
  expect(repo.git('rev-parse', 'HEAD')).toBe(main);
  expect(repo.git('symbolic-ref', '--short', 'HEAD')).toBe('main');
  expect(noticesOf(repo, 'checkout-changed').join('\n')).toMatch(/README\.md.*new\.txt|new\.txt.*README\.md/);
  expect(noticesOf(repo, 'prd-edited')).toHaveLength(1);
  expect(end.stdout).toContain('an agent that strayed');
  repo.git('checkout', '-q', 'README.md');
  repo.git('clean', '-fq', 'new.txt');
  assertNothingLeft(repo);

  rescript(repo, {
    'team-lead': {
      default: honest,
      epics: Object.fromEntries(
        Object.entries(LIES).flatMap(([id, lie]) => (lie.honest === undefined ? [] : [[id, lie.honest]])),
      ),
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(new Set(mergedIn(repo))).toEqual(new Set(Object.keys(LIES)));
  expect(new Set(Object.values(statusesOf(repo)))).toEqual(new Set(['completed']));
  assertNothingLeft(repo);
});

test("what an earlier attempt proved has to be there still, and the user's own branches count for nothing", async () => {
  const proof = (steps: Steps): Steps => [{ story: 'lost-1', write: { '1.txt': '1' } }, ...steps];
  const repo = project({
    epics: [
      { id: 'lost', stories: 2 },
      { id: 'usurper' },
      { id: 'constructor', stories: ['toString', 'hasOwnProperty'] },
    ],
    config: { attempts: { epic: 3 } },
    script: {
      'team-lead': {
        epics: {
          lost: {
            1: proof([{ fail: 'lost-2', reason: 'not yet' }]),
            2: [sh('git reset -q --hard main'), { story: 'lost-2', write: { '2.txt': '2' } }],
            3: proof([]),
          },
          usurper: {
            1: [
              { write: { '{root}/by-agent.txt': 'x' } },
              sh(
                'cd {root} && git add by-agent.txt && git commit -qm "on the branch of the user" -- by-agent.txt',
              ),
              { pass: 'each', commit: 'main' },
            ],
            2: honest,
          },
        },
      },
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(reasonsOf(repo, 'lost').map(({ rule }) => rule)).toEqual(['story-failed', 'story-lost']);
  expect(repo.git('ls-tree', '-r', '--name-only', integrationOf(repo)).split('\n')).toEqual(
    expect.arrayContaining(['1.txt', '2.txt']),
  );
  expect(reasonsOf(repo, 'usurper').map(({ rule }) => rule)).toEqual(['commit-not-on-branch']);
  expect(noticesOf(repo, 'checkout-changed').join()).toMatch(/main moved to [0-9a-f]{12}/);
  expect(repo.git('ls-tree', '-r', '--name-only', integrationOf(repo))).not.toContain('by-agent.txt');
  assertNothingLeft(repo);
});
