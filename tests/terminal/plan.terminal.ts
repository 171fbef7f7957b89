import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { scriptedProject } from '../rig/scripted-project.ts';
import { openTerminal } from './terminal.ts';

const planOf = (repo: { readonly path: string }, epicId: string): string | null => {
  const path = join(repo.path, `.teams/plans/${epicId}.md`);
  return existsSync(path) ? readFileSync(path, 'utf8').replace(/^---\n.*?^---\n/ms, '') : null;
};

const planned = (repo: { readonly path: string }): readonly string[] =>
  (
    JSON.parse(readFileSync(join(repo.path, 'prd.json'), 'utf8')) as {
      epics: { id: string; planned?: boolean }[];
    }
  ).epics.flatMap(({ id, planned: is }) => (is === true ? [id] : []));

test('plans made by themselves are shown one after another: agreed to, edited, refused, and left', async () => {
  const repo = scriptedProject({
    epics: ['A', 'B', 'C', 'D'].map((id) => ({ id })),
    config: { parallel: 2 },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({
    cwd: repo.path,
    rows: 60,
    env: { EDITOR: 'my-editor --wait' },
    // Fails at first, then adds a line.
    programs: {
      'my-editor':
        'test "$1" = --wait || exit 9; test -e ~/once || { touch ~/once; exit 1; }; echo Carefully. >> "$2"\n',
    },
  });
  const asked = (epicId: string): RegExp =>
    new RegExp(`◆ +Agree to the plan of ${epicId}\\?[^]*Enter: confirm`);
  await terminal.command('teams plan --non-interactive');
  const shown = await terminal.waitFor(asked('A'));
  expect(shown).toMatch(/\nA {2}Epic A\n\n## A-1\n\nWrite docs\/A\/A-1\.md\.\n\n/);
  await terminal.press('Enter');
  await terminal.waitFor(/A {2}agreed, and stored in \.teams\/plans\/A\.md\n/);
  await terminal.waitFor(asked('B'));
  expect(planned(repo)).toEqual(['A']);

  await terminal.press('Down', 'Enter');
  await terminal.waitFor('the editor "my-editor --wait" did not do its work: it ended with 1');
  await terminal.waitFor(new RegExp(`did not do its work[^]*${asked('B').source}`));
  await terminal.press('Down', 'Enter');
  await terminal.waitFor(new RegExp(`Carefully\\.\n\n[^]*${asked('B').source}`));
  await terminal.press('Enter');
  await terminal.waitFor(asked('C'));
  expect(planOf(repo, 'B')).toBe('## B-1\n\nWrite docs/B/B-1.md.\nCarefully.\n');

  await terminal.press('Up', 'Enter');
  await terminal.waitFor(/C {2}not agreed: nothing is stored/);
  await terminal.waitFor(asked('D'));
  await terminal.press('C-c');
  const end = await terminal.waitFor(/^\[130\]/m);
  expect(end).toContain('2 of 4 planned\nnext      teams plan');
  expect(planned(repo)).toEqual(['A', 'B']);
  expect([planOf(repo, 'C'), planOf(repo, 'D')]).toEqual([null, null]);

  // A plan that is agreed to holds until there is another one.
  await terminal.command('clear; teams plan B --non-interactive');
  await terminal.waitFor(asked('B'));
  await terminal.press('Up', 'Enter');
  const again = await terminal.waitFor(/^\[0\]/m);
  expect(again).toContain('B  not agreed: the plan agreed to before stays');
  expect(again).toContain('0 of 1 planned\nnext      teams run   or teams plan B\n');
  expect(planOf(repo, 'B')).toContain('Carefully.');
  assertNothingLeft(repo);
});

test('a conversation about each epic, dependencies first; one that leaves no plan is said', async () => {
  const repo = scriptedProject({
    epics: [{ id: 'C', dependsOn: ['B'] }, { id: 'B', dependsOn: ['A'] }, { id: 'A' }],
    script: {
      planner: {
        epics: {
          A: [
            { ask: 'Files or a database?', as: 'store' },
            { result: { epicId: 'A', plan: 'Use {store}.' } },
          ],
          B: [{ ask: 'Anything else?', as: 'more' }],
        },
      },
    },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path });
  await terminal.command('teams plan');
  await terminal.waitFor('Files or a database?\n>');
  await terminal.type('files');
  await terminal.press('Enter');
  await terminal.waitFor(/A {2}Epic A\n\nUse files\.\n\n[^]*Agree to the plan of A\?[^]*Enter: confirm/);
  await terminal.press('Enter');
  await terminal.waitFor('Anything else?\n>');
  await terminal.press('C-c');
  await terminal.waitFor(/Go on with C\?\n[^]*● Yes/);
  await terminal.press('Right', 'Enter');
  const end = await terminal.waitFor(/^\[1\]/m);
  expect(end).toContain('B  not planned: the session wrote no plan');
  expect(end).toContain('1 of 3 planned\nnext      teams plan');
  expect(planOf(repo, 'A')).toBe('Use files.\n');
  assertNothingLeft(repo);
});
