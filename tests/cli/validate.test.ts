import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from './cli.ts';
import { processorTime } from '../rig/processor-time.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'teams validate é ')));
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  await mkdir(join(root, 'src'));
});
afterEach(() => rm(root, { recursive: true }));

const put = (name: string, content: unknown): Promise<void> =>
  writeFile(join(root, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
const epic = (id: string, dependsOn: string[] = []) => ({
  id,
  title: id,
  dependsOn,
  userStories: [{ id: `${id}-1`, title: 'T', acceptanceCriteria: ['a'] }],
});
const valid = { project: 'P', epics: [epic('A'), epic('B', ['A']), epic('C', ['A'])] };

test('a valid PRD is said to be valid in one line', async () => {
  await put('prd.json', valid);
  expect(await runCli(['validate'], root)).toEqual({
    code: 0,
    stdout: 'prd.json is valid: 3 epics, 3 stories, 2 waves\n',
    stderr: '',
  });
  expect((await runCli(['validate'], join(root, 'src'))).stdout).toBe(
    '../prd.json is valid: 3 epics, 3 stories, 2 waves\n',
  );
});

test('a path that is given is used, from where one is', async () => {
  await put('src/other.json', valid);
  expect((await runCli(['validate', 'other.json'], join(root, 'src'))).stdout).toMatch(
    /^other\.json is valid/,
  );
});

test('warnings do not fail', async () => {
  await put('prd.json', { ...valid, owner: 'ann' });
  expect(await runCli(['validate'], root)).toEqual({
    code: 0,
    stdout: `prd.json:51:3 warning unknown-key  the PRD has the unknown key "owner"; teams keeps it and does not use it
  51 |   "owner": "ann"
     |   ^^^^^^^

prd.json is valid: 3 epics, 3 stories, 2 waves (1 warning)
`,
    stderr: '',
  });
});

test('everything wrong with the PRD and with the configuration is shown at once', async () => {
  await put('prd.json', { ...valid, epics: [epic('A'), { ...epic('B', ['AA']), backend: 'mina' }] });
  await put('teams.config.yml', 'parallel: 0\n');
  const both = await runCli(['validate'], root);
  expect([both.code, both.stderr]).toEqual([2, '']);
  expect(both.stdout).toBe(`prd.json:22:9 error unknown-reference  B depends on "AA", which does not exist
  22 |         "AA"
     |         ^^^^
  fix: did you mean "A"?

teams.config.yml:1:11 error out-of-range  parallel is 0, but must be at least 1
  1 | parallel: 0
    |           ^
  fix: write 1

not valid: 2 errors
`);
  await put('teams.config.yml', 'backends: { mine: { command: [x] } }\n');
  expect((await runCli(['validate'], root)).stdout).toContain('the backend "mina", which is not known');
});

test('a PRD that is not there', async () => {
  expect(await runCli(['validate'], root)).toEqual({
    code: 2,
    stdout: `prd.json error file-not-found  there is no such file
  fix: teams init   (or, from a plan that you have: teams import FILE)

not valid: 1 error
`,
    stderr: '',
  });
});

test('--json prints one object for machines', async () => {
  await put('prd.json', valid);
  expect(JSON.parse((await runCli(['validate', '--json'], root)).stdout)).toEqual({
    v: 1,
    ok: true,
    prd: 'prd.json',
    epics: 3,
    stories: 3,
    waves: 2,
    diagnostics: [],
  });
  await put('prd.json', '{"project": "P", "epics": []}');
  const { code, stdout } = await runCli(['validate', '--json'], root);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    v: 1,
    ok: false,
    prd: 'prd.json',
    diagnostics: [
      {
        severity: 'error',
        code: 'no-epics',
        message: 'the PRD has no epics, so there is nothing to do',
        file: 'prd.json',
        at: { line: 1, column: 27, length: 1, text: '{"project": "P", "epics": []}' },
        fix: 'add at least one epic',
      },
    ],
  });
});

test('1,000 epics with 10,000 stories take no noticeable time', async () => {
  const epics = Array.from({ length: 1000 }, (_, index) => ({
    ...epic(
      `E${index}`,
      index === 0 ? [] : [`E${index >> 1}`, `E${index - 1}`].filter((id, at, all) => all.indexOf(id) === at),
    ),
    userStories: Array.from({ length: 10 }, (_unused, at) => ({
      id: `S${index}-${at}`,
      title: 'T',
      acceptanceCriteria: ['a', 'b'],
    })),
  }));
  await put('prd.json', { project: 'P', epics });
  const took = await processorTime(async () => {
    const { code, stdout } = await runCli(['validate'], root);
    expect([code, stdout.split('\n').at(-2)]).toEqual([
      0,
      'prd.json is valid: 1000 epics, 10000 stories, 1000 waves (1000 warnings)',
    ]);
  });
  // Half a second; anything quadratic would take minutes.
  expect(took).toBeLessThan(10_000);
});

test('an open epic that a run would refuse is an error, in the words of the run', async () => {
  const [a, b, c] = valid.epics;
  const asks = { approval: 'always' };
  await put('prd.json', {
    project: 'P',
    epics: [{ ...a, ...asks, status: 'completed' }, b, { ...c, ...asks }],
  });
  const { code, stdout } = await runCli(['validate'], root);
  expect([code, stdout]).toEqual([
    2,
    `prd.json:51:19 error approval-unsupported  C asks for the approval of a person before it merges, and a run cannot ask
  51 |       "approval": "always"
     |                   ^^^^^^^^
  why: merging it without asking would break the wish, waiting would block the run for ever
  fix: remove "approval" from C, or leave it out with --only

not valid: 1 error
`,
  ]);
  // The plan of such a PRD can be looked at all the same.
  expect((await runCli(['summary'], root)).code).toBe(0);
});
