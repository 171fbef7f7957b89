import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { prd } from '../rig/prd.ts';
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
  const terminal = await openTerminal({ cwd: repo.path, columns: 120 });
  await terminal.command('teams init');
  await terminal.waitFor('What do you want to build?\n>');
  await terminal.type('A shop');
  await terminal.press('Enter');
  await terminal.waitFor('In which file?\n>');
  expect(existsSync(join(repo.path, 'prd.json'))).toBe(false);
  await terminal.type('shop.js');
  await terminal.press('Enter');
  const asked = await terminal.waitFor(/Write it to prd\.json\?[^]*● yes[^]*Enter: confirm/);
  expect(asked).toContain('The draft is written.\nA shop: 1 epic, 1 story, 0 completed');
  expect(existsSync(join(repo.path, 'prd.json'))).toBe(false);
  await terminal.press('Enter');
  await terminal.waitFor(/Plan the epics now\?[^]*Yes/);
  await terminal.press('Right', 'Enter');
  const end = await terminal.waitFor('[0]');
  expect(end).toContain('prd.json is written: 1 epic.\n  teams plan            have the epics planned,');
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
  const terminal = await openTerminal({ cwd: repo.path, columns: 120 });
  await terminal.command('teams init');
  await terminal.waitFor('Anything else?\n>');
  await terminal.press('C-c');
  const end = await terminal.waitFor('[130]');
  expect(end).toMatch(/^nothing is written; the draft is kept in \.teams\/authoring\/\S+\/prd\.json/m);
  expect(existsSync(join(repo.path, 'prd.json'))).toBe(false);
  assertNothingLeft(repo);
  // The terminal is as it was: what is typed is shown, and a line is a line.
  await terminal.command('echo still here');
  await terminal.waitFor('still here\n[0]');
});

const OLD = prd([{ id: 'EPIC-001' }], { project: 'old' });

test('a PRD that is there is never overwritten without a yes', async () => {
  const repo = project([{ result: DRAFT }], { 'prd.json': OLD });
  const terminal = await openTerminal({ cwd: repo.path, columns: 120 });
  await terminal.command('teams init');
  await terminal.waitFor(/There is a prd\.json already\.[^]*● add new epics to it[^]*Enter: confirm/);
  await terminal.press('Down', 'Down', 'Enter');
  await terminal.waitFor('[130]');
  await terminal.command('teams init');
  await terminal.waitFor(/● add new epics to it[^]*Enter: confirm/);
  await terminal.press('C-c');
  await terminal.waitFor('[130]');
  expect(readFileSync(join(repo.path, 'prd.json'), 'utf8')).toBe(OLD);
  assertNothingLeft(repo);
});

test('--merge adds the epics of the draft, and leaves every byte that is there', async () => {
  const repo = project([{ ask: 'What else?', as: 'idea' }, { result: DRAFT }], { 'prd.json': OLD });
  const terminal = await openTerminal({ cwd: repo.path, columns: 120 });
  await terminal.command('teams init --merge');
  await terminal.waitFor('What else?\n>');
  await terminal.type('Cart');
  await terminal.press('Enter');
  const asked = await terminal.waitFor(/Write it to prd\.json\?[^]*Enter: confirm/);
  expect(asked).toContain('mended in the draft\n  EPIC-001 became EPIC-002, the id is taken\n');
  await terminal.press('Enter');
  await terminal.waitFor('prd.json is written: 1 epic.');
  const text = readFileSync(join(repo.path, 'prd.json'), 'utf8');
  const end = OLD.lastIndexOf('\n  ]');
  expect(
    text.startsWith(`${OLD.slice(0, end)},\n    {\n      "id": "EPIC-002",\n      "title": "Cart",`),
  ).toBe(true);
  expect(text.endsWith(OLD.slice(end))).toBe(true);
  assertNothingLeft(repo);
});

test('a draft that cannot be used leads back into the conversation, and a person may leave it', async () => {
  const twice = { ...DRAFT, epics: [{ ...DRAFT.epics[0], dependsOn: ['EPIC-009'] }] };
  const repo = project([{ ask: 'What do you want to build?', as: 'idea' }, { result: twice }]);
  const terminal = await openTerminal({ cwd: repo.path, columns: 120 });
  await terminal.command('teams init');
  await terminal.waitFor('What do you want to build?\n>');
  await terminal.type('A shop');
  await terminal.press('Enter');
  const asked = await terminal.waitFor(/Go back to the conversation\?[^]*Yes/);
  expect(asked).toContain('error unknown-reference  EPIC-001 depends on "EPIC-009", which');
  await terminal.press('Enter');
  await terminal.waitFor(/Go back[^]*What do you want to build\?\n>/);
  await terminal.press('Enter');
  await terminal.waitFor(/Go back[^]*Go back to the conversation\?\n│ {2}● Yes/);
  await terminal.press('Right', 'Enter');
  const end = await terminal.waitFor('[1]');
  expect(end).toMatch(/nothing is written; the draft is kept in \S+\/prd\.json/);
  expect(existsSync(join(repo.path, 'prd.json'))).toBe(false);
  assertNothingLeft(repo);
});

test('a template: who builds it is asked, and without an agent CLI the scripted agents are offered', async () => {
  const repo = tempRepo();
  onTestFinished(() => repo.remove());
  repo.git('rm', '-q', 'README.md');
  repo.git('commit', '-qm', 'Nothing is here');
  const terminal = await openTerminal({ cwd: repo.path, columns: 120 });
  await terminal.command('teams init --template library');
  await terminal.waitFor(
    /Who builds it\?\n│ {2}● nobody \(scripted agents: see a whole run without an agent CLI\)/,
  );
  await terminal.press('Enter');
  const end = await terminal.waitFor('[0]');
  expect(end).toContain(
    'prd.json is written.\n  git add prd.json teams.config.yml && git commit -m "What is to be built"',
  );
  expect(readFileSync(join(repo.path, 'teams.config.yml'), 'utf8')).toContain('\nbackend: scripted\n');
  assertNothingLeft(repo);
});

test('without a configuration the interview for it comes first, and leaving it leaves nothing', async () => {
  const repo = tempRepo();
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({
    cwd: repo.path,
    columns: 120,
    programs: { claude: 'echo "2.1.329 (Claude Code)"\n' },
  });
  await terminal.command('teams init');
  await terminal.waitFor(/Which agent CLI does the work\?[^]*● claude[^]*Enter: confirm/);
  await terminal.press('C-c');
  const end = await terminal.waitFor('[130]');
  expect(end).toContain('teams.config.yml is not written');
  expect(repo.git('status', '--porcelain')).toBe('');
  assertNothingLeft(repo);
});
