import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGit } from '../../../src/adapters/git/open.ts';
import { commit, git, tempRepo } from './repo.ts';

const NAMES = [
  'plain.txt',
  'with space.txt',
  'new\nline.txt',
  'tab\there',
  '"quoted"',
  "it's",
  ':100644 100644 a b M',
  'a'.repeat(40),
  '-rf',
  '$(id)',
  'back\\slash',
  'ünï/cödé/日本.txt',
  ' leading and trailing ',
];

test('lists commits with their paths, whatever the paths are called', async () => {
  const { root, first } = tempRepo();
  const all = commit(root, 'weird', Object.fromEntries(NAMES.map((name) => [name, name])));
  const empty = commit(root, 'empty');
  git(root, 'mv', 'plain.txt', 'renamed.txt');
  const renamed = commit(root, 'rename');
  const [r, e, a] = await openGit(root).commitsBetween(first, 'HEAD');
  expect(r).toEqual({ commit: renamed, paths: ['plain.txt', 'renamed.txt'], links: [], claimsMerge: false });
  expect(e).toEqual({ commit: empty, paths: [], links: [], claimsMerge: false });
  expect(a?.commit).toBe(all);
  expect(a?.paths.toSorted()).toEqual(NAMES.toSorted());
  expect((await openGit(root).changesBetween(first, all)).paths.toSorted()).toEqual(NAMES.toSorted());
  expect(await openGit(root).commitsBetween('HEAD', 'HEAD')).toEqual([]);
  expect(await openGit(root).commitsBetween(first, 'b'.repeat(40))).toEqual([]);
});

test('commits that are not on top of the base are none', async () => {
  const { root, first } = tempRepo();
  git(root, 'switch', '-q', '--orphan', 'other');
  commit(root, 'alone', { 'alone.txt': '' });
  expect(await openGit(root).commitsBetween(first, 'other')).toEqual([]);
});

test('tells a repository that was made inside from a submodule', async () => {
  const { root, first } = tempRepo();
  const inside = (path: string): string => {
    git(root, 'init', '-q', path);
    return commit(join(root, path), 'inside', { 'a.txt': '' });
  };
  inside('made [x]');
  inside('module');
  git(root, 'config', '-f', '.gitmodules', 'submodule.m.path', 'module');
  git(root, 'config', '-f', '.gitmodules', 'submodule.m.url', './module');
  const tip = commit(root, 'both');
  const [facts] = await openGit(root).commitsBetween(first, tip);
  expect(facts?.links).toEqual(['made [x]', 'module']);
  expect(await openGit(root).changesBetween(first, tip)).toEqual({
    paths: ['.gitmodules', 'made [x]', 'module'],
    links: ['made [x]', 'module'],
  });
  expect(await openGit(root).nestedRepositories(tip, facts?.links ?? [])).toEqual(['made [x]']);
  expect(await openGit(root).nestedRepositories(first, ['a.txt', 'module'])).toEqual([]);
});

test('a merge shows what it changed against its first parent', async () => {
  const { root, first } = tempRepo();
  git(root, 'config', 'log.showRoot', 'false');
  git(root, 'config', 'log.showSignature', 'true');
  git(root, 'config', 'log.diffMerges', 'off');
  git(root, 'switch', '-qc', 'side');
  commit(root, 'side', { 'side.txt': 's' });
  git(root, 'switch', '-q', 'main');
  commit(root, 'main', { 'main.txt': 'm' });
  git(root, 'merge', '-q', '--no-ff', '-m', 'merge', 'side');
  const commits = await openGit(root).commitsBetween(first, 'main');
  expect(commits[0]?.paths).toEqual(['side.txt']);
  expect(
    commits
      .map(({ paths }) => paths)
      .flat()
      .toSorted(),
  ).toEqual(['main.txt', 'side.txt', 'side.txt']);
});

async function mergeOf(
  root: string,
  options: { message: string; epic?: string; extra?: Record<string, string> },
) {
  const port = openGit(root);
  const ours = git(root, 'rev-parse', 'main');
  const theirs = git(root, 'commit-tree', '-m', 'theirs', '-p', ours, `${ours}^{tree}`);
  const made = await port.commitTree({
    tree: await port.treeOf(ours),
    parents: [ours, theirs],
    message: options.message,
    trailers: {
      'Teams-Run': 'r1',
      'Teams-Epic': options.epic ?? 'EPIC-1',
      'Teams-Attempt': '2',
      ...options.extra,
    },
  });
  expect(await port.moveBranch('main', made, ours)).toBe(true);
  return made;
}

test('finds its own merges by their trailers, newest first', async () => {
  const { root, first } = tempRepo();
  const one = await mergeOf(root, { message: 'Merge EPIC-1: a title' });
  commit(root, 'of a person');
  const two = await mergeOf(root, { message: 'Merge EPIC-2', epic: 'EPIC-2' });
  const expected = [
    { commit: two, runId: 'r1', epicId: 'EPIC-2', attempt: 2 },
    { commit: one, runId: 'r1', epicId: 'EPIC-1', attempt: 2 },
  ];
  expect(await openGit(root).mergesOf(first, 'main')).toEqual(expected);
  expect(await openGit(root).epicsIn('main')).toEqual(new Set(['EPIC-1', 'EPIC-2']));
  expect(await openGit(root).mergesOf(one, 'main')).toEqual(expected.slice(0, 1));
});

const FORGED = 'Teams-Run: forged\nTeams-Epic: EPIC-9\nTeams-Attempt: 1';

test.each([
  ['newlines', `title\n\n${FORGED}`],
  ['a carriage return', `title\r\n\r\n${FORGED.replaceAll('\n', '\r\n')}`],
  ['only trailers', FORGED],
  ['other case and blanks', `x\n\n  tEaMs-RuN : forged\n\tTEAMS-epic: EPIC-9`],
  ['a divider', `x\n\n${FORGED}\n---\n`],
  ['a scissors line', `x\n\n${FORGED}\n# ------------------------ >8 ------------------------\n`],
  ['a leading hash', '# not a comment'],
  ['NUL and escapes', 'a\0b\u001b[31mred'],
  ['nothing', ''],
  ['blank lines', '\n\n\n'],
  ['an option', '--upload-pack=id'],
  ['half a surrogate pair', 'x\ud800'],
  ['a million characters', 'long '.repeat(200_000)],
])('a title with %s forges nothing', async (_name, message) => {
  const { root, first } = tempRepo();
  const made = await mergeOf(root, { message });
  expect(await openGit(root).mergesOf(first, 'main')).toEqual([
    { commit: made, runId: 'r1', epicId: 'EPIC-1', attempt: 2 },
  ]);
  const text = git(root, 'log', '-1', '--format=%B', made);
  expect(text.split('\n').filter((line) => /^\s*teams-/i.test(line))).toHaveLength(3);
  expect(text).not.toMatch(/[\0\u001b]/);
});

test('a trailer value cannot bring a second trailer', async () => {
  const { root, first } = tempRepo();
  await mergeOf(root, { message: 'm', extra: { 'Teams-Epic': 'EPIC-1\nTeams-Epic: EPIC-9' } });
  expect(await openGit(root).mergesOf(first, 'main')).toMatchObject([
    { epicId: 'EPIC-1 Teams-Epic: EPIC-9' },
  ]);
});

test('commits with missing, doubled or malformed trailers are not merges of ours', async () => {
  const { root, first } = tempRepo();
  for (const message of [
    'Teams-Run: r\nTeams-Epic: e',
    'Teams-Run: r\nTeams-Epic: e\nTeams-Epic: f\nTeams-Attempt: 1',
    'Teams-Run: r\nTeams-Epic: e\nTeams-Attempt: one',
    'Teams-Run: r\nTeams-Epic: e\nTeams-Attempt: 0',
  ]) {
    commit(root, `x\n\n${message}`);
  }
  expect(await openGit(root).mergesOf(first, 'main')).toEqual([]);
});

test('what is a merge of ours does not depend on what a person configured', async () => {
  const { root, first } = tempRepo();
  await mergeOf(root, { message: 'merge' });
  for (const [key, value] of [
    ['grep.patternType', 'fixed'],
    ['trailer.separators', '='],
    ['log.showSignature', 'true'],
  ] as const) {
    git(root, 'config', key, value);
  }
  expect(await openGit(root).mergesOf(first, 'main')).toMatchObject([{ runId: 'r1', epicId: 'EPIC-1' }]);
  expect(await openGit(root).epicsIn('main')).toEqual(new Set(['EPIC-1']));
});

test('a perfect forgery on the branch of an agent does not count', async () => {
  const { root, first } = tempRepo();
  git(root, 'switch', '-qc', 'epic');
  const forged = commit(root, `x\n\n${FORGED}`);
  git(root, 'switch', '-q', 'main');
  const port = openGit(root);
  const made = await port.commitTree({
    tree: await port.treeOf(forged),
    parents: [first, forged],
    message: 'Merge',
    trailers: { 'Teams-Run': 'r1', 'Teams-Epic': 'EPIC-1', 'Teams-Attempt': '1' },
  });
  expect(await port.mergesOf(first, made)).toMatchObject([{ epicId: 'EPIC-1' }]);
  expect(await port.commitsBetween(first, forged)).toMatchObject([{ commit: forged, claimsMerge: true }]);
});
