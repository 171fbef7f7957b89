import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { scriptedProject } from '../rig/scripted-project.ts';
import { openTerminal } from './terminal.ts';

test('a task that is planned, agreed to, and brought into the branch that is checked out', async () => {
  const repo = scriptedProject({ epics: [{ id: 'A' }] });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path, columns: 100 });
  const question = 'once it has passed every check, bring the work into main? [y]es [n]o:';
  const command = 'teams task "Mend the typo" --here --plan';

  await terminal.command(command);
  await terminal.waitFor(question);
  await terminal.type('n');
  await terminal.press('Enter');
  await terminal.waitFor(/nothing was done\n\[0\]/);

  await terminal.command(command);
  await terminal.waitFor(question);
  await terminal.type('y');
  await terminal.press('Enter');
  await terminal.waitFor(/Mend the typo\n\n## US-001\n\n[\s\S]*agree to the plan of task-\w+\?/);
  await terminal.type('n');
  await terminal.press('Enter');
  await terminal.waitFor(/without an agreed plan nothing is done\n\[0\]/);
  expect(repo.git('branch', '--list', 'teams/*')).toBe('');

  await terminal.command(command);
  await terminal.waitFor(question);
  await terminal.type('y');
  await terminal.press('Enter');
  await terminal.waitFor(/agree to the plan/);
  await terminal.type('y');
  await terminal.press('Enter');
  await terminal.waitFor(/landing {3}main is at \w{7}\n[\s\S]*\n\[0\]/);
  expect(repo.git('log', '-1', '--format=%s')).toMatch(/^task-\w{6}: Mend the typo$/);
  expect(repo.git('status', '--porcelain')).toBe('');
  assertNothingLeft(repo);
});
