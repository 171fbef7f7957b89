import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempRepo } from '../rig/temp-repo.ts';
import { prd } from '../rig/prd.ts';
import { openTerminal } from './terminal.ts';

const START: Readonly<Record<string, string>> = {
  bash: 'bash --norc',
  zsh: "PS1='ready>' zsh -f",
  fish: 'fish --no-config',
};
const SETTLE: Readonly<Record<string, readonly string[]>> = {
  bash: ["PS1='ready>'", 'source <(teams completion bash)'],
  zsh: ['autoload -Uz compinit && compinit -u -D', 'source <(teams completion zsh)'],
  fish: ['function fish_prompt; echo -n ready\\>; end', 'teams completion fish | source'],
};

test.each(Object.keys(START))('the Tab key in %s', async (shell) => {
  if (spawnSync(shell, ['--version']).error !== undefined) {
    console.warn(`${shell} is not installed: its completion is not tested here`);
    return;
  }
  const epics = [
    { id: 'EPIC-001', more: { title: 'Sign $(touch pwned) in' } },
    { id: 'EPIC-002', more: { title: 'A `touch pwned` profile' } },
  ];
  const repo = tempRepo({ files: { 'prd.json': prd(epics) } });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path, columns: 100 });
  await terminal.command(START[shell] ?? shell);
  for (const line of SETTLE[shell] ?? []) {
    await terminal.type(line);
    await terminal.press('Enter');
  }
  await terminal.waitFor(/ready>$/);
  await terminal.type('clear');
  await terminal.press('Enter');
  await terminal.waitFor(/^ready>$/);

  await terminal.type('teams agents sh');
  await terminal.press('Tab');
  await terminal.waitFor(/^ready>teams agents show$/);
  await terminal.type('builder --ba');
  await terminal.press('Tab');
  await terminal.waitFor(/^ready>teams agents show builder --backend$/);
  await terminal.press('C-u');
  await terminal.waitFor(/^ready>$/);

  await terminal.type('teams run --only EP');
  await terminal.press('Tab');
  await terminal.waitFor(/^ready>teams run --only EPIC-00/);
  await terminal.press('Tab');
  await terminal.press('Tab');
  const offered = await terminal.waitFor('EPIC-002');
  expect(offered).toContain('EPIC-001');
  if (shell !== 'bash') expect(offered).toContain('Sign $(touch pwned) in');
  expect(existsSync(join(repo.path, 'pwned'))).toBe(false);
});
