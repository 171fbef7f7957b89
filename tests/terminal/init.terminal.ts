import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import type { ScriptSpec } from '../rig/scripted-project.ts';
import { type TempRepo, tempRepo } from '../rig/temp-repo.ts';
import { openTerminal } from './terminal.ts';

/** A repository without a PRD, whose backend asks what the script says. */
function project(
  steps: NonNullable<ScriptSpec['author']>['default'],
  files: Record<string, string> = {},
): TempRepo {
  const repo = tempRepo({
    files: {
      'teams.config.yml': 'version: 1\nbackend: agents\nbackends: { agents: { script: agents.json } }\n',
      'agents.json': JSON.stringify({ author: { default: steps } }),
      ...files,
    },
  });
  onTestFinished(() => repo.remove());
  return repo;
}

const DRAFT = {
  project: '{idea}',
  epics: [
    {
      id: 'EPIC-001',
      title: '{idea}',
      userStories: [{ id: 'US-001', title: 'Start', acceptanceCriteria: ['`node {file}` exits with 0'] }],
    },
  ],
};

test('the agent asks, the person answers, and what it wrote becomes prd.json', async () => {
  const repo = project([
    { ask: 'What do you want to build?', as: 'idea' },
    { ask: 'In which file?', as: 'file' },
    { result: DRAFT },
    { say: 'The draft is written.' },
  ]);
  const terminal = await openTerminal({ cwd: repo.path });
  await terminal.command('teams init');
  await terminal.waitFor('What do you want to build?\n>');
  await terminal.type('A shop');
  await terminal.press('Enter');
  await terminal.waitFor('In which file?\n>');
  expect(existsSync(join(repo.path, 'prd.json'))).toBe(false);
  await terminal.type('shop.js');
  await terminal.press('Enter');
  const end = await terminal.waitFor('[0]');
  expect(end).toContain('The draft is written.\nA shop: 1 epic, 1 story, 0 completed');
  expect(JSON.parse(readFileSync(join(repo.path, 'prd.json'), 'utf8'))).toMatchObject({
    project: 'A shop',
    epics: [{ userStories: [{ acceptanceCriteria: ['`node shop.js` exits with 0'] }] }],
  });
  assertNothingLeft(repo);
});

test('Ctrl-C in the middle of it ends the agent, and nothing is half-written', async () => {
  const repo = project([
    { corruptResult: '{"project": "half' },
    { spawn: 'detached', ignoreSigterm: true },
    { ask: 'Anything else?', as: 'more' },
  ]);
  const terminal = await openTerminal({ cwd: repo.path });
  await terminal.command('teams init');
  await terminal.waitFor('Anything else?\n>');
  await terminal.press('C-c');
  await terminal.waitFor(/^\[[1-9]\d*\]/m);
  expect(existsSync(join(repo.path, 'prd.json'))).toBe(false);
  assertNothingLeft(repo);
  // The terminal is as it was: what is typed is shown, and a line is a line.
  await terminal.command('echo still here');
  await terminal.waitFor('still here\n[0]');
});
