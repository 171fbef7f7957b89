import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Prd } from '../../src/domain/prd.ts';
import { runCli } from './cli.ts';
import { project } from './import-project.ts';

const epicsIn = (root: string): Prd['epics'] =>
  (JSON.parse(readFileSync(join(root, 'prd.json'), 'utf8')) as Prd).epics;

test('the task that an independent test went to is named by its words: its id may be that of another one', async () => {
  const root = project();
  const tasks = '- [ ] T001 Make it\n- [ ] T001 Show it\n';
  writeFileSync(
    join(root, 'tasks.md'),
    `# Tasks: X\n\n## Phase 1: User Story 1\n\n**Independent Test**: look at it\n\n${tasks}`,
  );
  const { stdout } = await runCli(['import', 'tasks.md'], root);
  expect(stdout).toContain(
    '  the independent test of User Story 1 is a criterion of its last task, "Show it" (line 3)\n',
  );
  const [epic] = epicsIn(root);
  expect(epic?.userStories.map(({ id, acceptanceCriteria }) => [id, acceptanceCriteria])).toEqual([
    ['T001', ['Make it']],
    ['T001-2', ['Show it', 'look at it']],
  ]);
});

test('one of several epics of the same name is chosen aloud, criteria that are ticked stay aloud', async () => {
  const root = project();
  const epics =
    '## Storage\n\n- [ ] Keep\n\n## Search\n\nDepends on: Storage\n\n- [ ] Find\n\n## Storage\n\n';
  writeFileSync(join(root, 'p.md'), `# P\n\n${epics}### Move\n\n- [x] old\n- [x] older\n- [ ] new\n`);
  const { stdout } = await runCli(['import', 'p.md'], root);
  expect(stdout).toContain(
    '  "Storage", which Search depends on, is the name of 2 epics here: the first of them is taken (line 7)\n',
  );
  expect(stdout).toContain(
    '  move is not done, although 2 of its 3 criteria are ticked: all of them stay (line 15)\n',
  );
  const made = epicsIn(root);
  expect(made.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
    ['storage', []],
    ['search', ['storage']],
    ['storage-2', []],
  ]);
  expect(made[2]?.userStories[0]?.acceptanceCriteria).toEqual(['old', 'older', 'new']);
});

test('what the source calls done while it is open here is named, also in a task or under a heading of another name', async () => {
  const root = project();
  const task = (id: number, status: string, more: object = {}): object => ({
    id,
    title: `Task ${id}`,
    status,
    ...more,
  });
  const tasks = (status: string): string =>
    JSON.stringify({
      tasks: [
        task(1, status, { subtasks: [task(1, 'pending'), task(2, 'pending')] }),
        task(2, 'pending', { subtasks: [task(1, 'pending', { dependencies: ['1.2'] })] }),
        task(3, status),
      ],
    });
  const still = (text: string): readonly string[] =>
    text.split('\n\n').filter((part) => /^(?:Done there, but|No longer)|is dropped/.test(part));
  writeFileSync(join(root, 't.json'), tasks('pending'));
  await runCli(['import', 't.json'], root);
  writeFileSync(join(root, 't.json'), tasks('done'));
  expect(still((await runCli(['import', 't.json', '--merge'], root)).stdout)).toEqual([
    `Done there, but here it is still to be done: take it out of the PRD, or the next run works on it:
  TASK-1 1.1 Task 1
  TASK-1 1.2 Task 2
  TASK-3 TASK-3 Task 3`,
  ]);
  const json = await runCli(['import', 't.json', '--merge', '--json'], root);
  expect(JSON.parse(json.stdout)).toMatchObject({
    done: [{ title: '1 Task 1' }, { title: '3 Task 3' }],
    stillOpen: [
      { epicId: 'TASK-1', storyId: '1.1', title: 'Task 1' },
      { storyId: '1.2' },
      { epicId: 'TASK-3' },
    ],
  });

  writeFileSync(join(root, 'p.md'), '## Search\n\n- [ ] By title\n- [ ] By word\n');
  await runCli(['import', 'p.md', '--yes'], root);
  writeFileSync(join(root, 'p.md'), '## Find\n\n- [x] By title\n- [ ] By word\n');
  expect(still((await runCli(['import', 'p.md', '--merge'], root)).stdout)).toEqual([
    `Done there, but here it is still to be done: take it out of the PRD, or the next run works on it:
  search by-title By title`,
  ]);
});

test('a file that has moved is told, before all of it is there twice', async () => {
  const root = project();
  const tasks = '# Tasks: X\n\n## Phase 1: Setup\n\n- [ ] T001 Make it\n- [ ] T002 Show it\n';
  writeFileSync(join(root, 'old.md'), tasks);
  await runCli(['import', 'old.md'], root);
  // Another list of the same kind has the same ids.
  writeFileSync(join(root, 'other.md'), tasks.replace('Make it', 'Draw it').replace('Show it', 'Hide it'));
  expect((await runCli(['import', 'other.md', '--merge'], root)).stdout).not.toContain('moved');
  writeFileSync(join(root, 'new.md'), tasks);
  expect((await runCli(['import', 'new.md', '--merge'], root)).stdout).toContain(
    'Ids:\n  2 new stories are in the PRD already, from old.md: if that has moved, take them out, replace "old.md#" by "new.md#" in the PRD, and merge again\n',
  );
});
