import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from './cli.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'teams summary é ')));
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
});
afterEach(() => rm(root, { recursive: true }));

const story = (id: string, passes = false) => ({ id, title: id, acceptanceCriteria: ['works'], passes });

const prd = {
  project: 'MyApp',
  epics: [
    {
      id: 'EPIC-001',
      title: 'Authentication',
      status: 'completed',
      userStories: [story('US-1', true), story('US-2', true)],
    },
    { id: 'E2', title: 'Mail \u001b[31mred', userStories: [story('US-3')] },
    {
      id: 'E3',
      title: 'Billing',
      status: 'failed',
      dependsOn: ['EPIC-001'],
      userStories: [story('US-4'), story('US-5')],
    },
    { id: 'E4', title: 'Reports', dependsOn: ['E3', 'E2'], userStories: [story('US-6')] },
  ],
};

test('waves, what each epic needs, statuses and the critical path', async () => {
  await writeFile(join(root, 'prd.json'), JSON.stringify(prd));
  await mkdir(join(root, 'src/deep'), { recursive: true });
  const { code, stdout, stderr } = await runCli(['summary'], join(root, 'src/deep'));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatchInlineSnapshot(`
    "MyApp: 4 epics, 6 stories, 1 completed

    wave 1
    * EPIC-001  completed      2/2  Authentication
      E2        pending        0/1  Mail red

    wave 2
    * E3        failed         0/2  Billing  ← EPIC-001

    wave 3
    * E4        pending        0/1  Reports  ← E3, E2

    critical path *  EPIC-001 → E3 → E4 (5 stories)
    "
  `);
});

test('--json', async () => {
  await writeFile(join(root, 'prd.json'), JSON.stringify(prd));
  const { stdout } = await runCli(['summary', '--json'], root);
  const value = JSON.parse(stdout);
  expect(value).toMatchObject({
    v: 1,
    project: 'MyApp',
    waves: [['EPIC-001', 'E2'], ['E3'], ['E4']],
    criticalPath: ['EPIC-001', 'E3', 'E4'],
  });
  expect(value.epics[2]).toEqual({
    id: 'E3',
    title: 'Billing',
    status: 'failed',
    dependsOn: ['EPIC-001'],
    stories: { done: 0, total: 2 },
    wave: 2,
  });
});

test('an invalid PRD is exit 2 with its problems on stderr', async () => {
  await writeFile(join(root, 'prd.json'), JSON.stringify({ ...prd, epics: [{ ...prd.epics[3] }] }));
  const { code, stdout, stderr } = await runCli(['summary'], root);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('E3');
});

test('a missing PRD is exit 2', async () => {
  const { code, stderr } = await runCli(['summary'], root);
  expect(code).toBe(2);
  expect(stderr).toContain('there is no such file');
});

test('outside a repository is exit 3', async () => {
  await rm(join(root, '.git'), { recursive: true });
  const { code, stderr } = await runCli(['summary'], root);
  expect(code).toBe(3);
  expect(stderr).toBe(
    'error: this is not inside a git repository with a checkout\n' +
      `  where: ${root}\n` +
      '  fix:   go to your project, or make it a repository: git init && git add -A && git commit\n',
  );
});
