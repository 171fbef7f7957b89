import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { importCommand, type ImportOptions } from '../../src/cli/commands/import.ts';
import type { Asking, Choice } from '../../src/cli/asking.ts';
import { runCli } from './cli.ts';
import { project } from './import-project.ts';

const FIXTURES = 'tests/fixtures/import';
const files = readdirSync(FIXTURES).filter((name) => /\.(?:md|json)$/.test(name));
const malformed = readdirSync(join(FIXTURES, 'malformed')).filter((name) => /\.(?:md|json)$/.test(name));

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

test.each(files)('%s becomes the PRD beside it, and says what was guessed', async (name) => {
  const root = project();
  copyFileSync(join(FIXTURES, name), join(root, name));
  const { code, stdout, stderr } = await runCli(['import', name], root);
  expect([code, stderr]).toEqual([0, '']);
  await expect(readFileSync(join(root, 'prd.json'), 'utf8')).toMatchFileSnapshot(
    `../fixtures/import/expected/${name}.prd`,
  );
  await expect(stdout).toMatchFileSnapshot(`../fixtures/import/expected/${name}.txt`);
  // What an editor says, what teams says, and what a second import does.
  const schema = readJson(join(root, '.teams', 'schemas', 'prd.schema.json')) as object;
  const validate = new Ajv().compile(schema);
  expect(validate(readJson(join(root, 'prd.json')))).toBe(true);
  expect((await runCli(['validate'], root)).stdout).toMatch(/^prd\.json is valid: [^(]*$/);
  const before = readFileSync(join(root, 'prd.json'), 'utf8');
  expect((await runCli(['import', name, '--merge'], root)).code).toBe(0);
  expect(readFileSync(join(root, 'prd.json'), 'utf8')).toBe(before);
  expect((await runCli(['import', name, '--yes'], root)).code).toBe(0);
  expect(readFileSync(join(root, 'prd.json'), 'utf8')).toBe(before);
});

test.each(malformed)('malformed/%s is refused with a place and a fix', async (name) => {
  const root = project();
  copyFileSync(join(FIXTURES, 'malformed', name), join(root, name));
  const { code, stdout, stderr } = await runCli(['import', name], root);
  expect([code, stdout, existsSync(join(root, 'prd.json'))]).toEqual([2, '', false]);
  await expect(stderr).toMatchFileSnapshot(`../fixtures/import/malformed/${name}.txt`);
});

test('a PRD that is there is not touched without a yes', async () => {
  const root = project();
  writeFileSync(join(root, 'prd.json'), 'precious');
  writeFileSync(join(root, 'todo.md'), '- [ ] one');
  writeFileSync(join(root, 'to do;x.md'), '- [ ] one');
  expect(await runCli(['import', 'todo.md'], root)).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: prd.json is there already, and nothing was written
  fix:   one of:
    teams import todo.md --merge      to add what is new and bring up to date what came from there
    teams import todo.md --yes        to replace it
    teams import todo.md --out FILE   to write elsewhere
`,
  });
  expect((await runCli(['import', 'to do;x.md'], root)).stderr).toContain(
    "    teams import 'to do;x.md' --yes  ",
  );
  expect(readFileSync(join(root, 'prd.json'), 'utf8')).toBe('precious');
  expect((await runCli(['import', 'todo.md', '--merge'], root)).stderr).toContain(
    'prd.json:1:1 error invalid-json',
  );
  expect((await runCli(['import', 'todo.md', '--merge', '--yes'], root)).code).toBe(2);
  expect(readFileSync(join(root, 'prd.json'), 'utf8')).toBe('precious');
  mkdirSync(join(root, 'plans'));
  const elsewhere = await runCli(['import', 'todo.md', '--out', 'plans/next.json'], root);
  expect(elsewhere.stdout.split('\n').at(-2)).toBe(
    'next: teams validate plans/next.json --lint, then teams run plans/next.json --dry-run',
  );
  expect(await runCli(['import', 'todo.md', '--out', 'no/next.json'], root)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: there is no folder for no\/next\.json\n/) as string,
  });
  expect(readJson(join(root, 'plans/next.json'))).toMatchObject({
    $schema: '../.teams/schemas/prd.schema.json',
    epics: [{ source: '../todo.md#work' }],
  });
  const again = await runCli(['import', 'todo.md', '--format', 'markdown', '--out', 'plans/next.json'], root);
  expect(again.stderr).toContain(
    '\n    teams import todo.md --format markdown --out plans/next.json --yes  ',
  );
  const replaced = await runCli(['import', 'todo.md', '--yes'], root);
  expect(replaced.stdout).toMatch(/\nprd\.json is replaced: 1 epic and 1 story new/);
  const [, kept = ''] = /^the prd\.json that was there is kept in (\S+)\n$/.exec(replaced.stderr) ?? [];
  expect(readFileSync(join(root, kept), 'utf8')).toBe('precious');
});

test('nothing is written outside of the repository', async () => {
  const root = project();
  mkdirSync(join(root, 'docs'));
  writeFileSync(join(root, 'todo.md'), '- [ ] one');
  expect(await runCli(['import', '../todo.md', '--out', '../../x.json'], join(root, 'docs'))).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: the PRD would be outside of the repository
  where: ${join(root, '..', 'x.json')}
  why:   no run of this repository takes it there
  fix:   name a path inside, or type the command in the repository that it is for
`,
  });
  expect(existsSync(join(root, '..', 'x.json'))).toBe(false);
  expect((await runCli(['import', '../todo.md', '--out', '../x.json'], join(root, 'docs'))).code).toBe(0);
});

test('on a terminal there is a question', async () => {
  const root = project();
  writeFileSync(join(root, 'prd.json'), 'precious');
  writeFileSync(join(root, 'todo.md'), '- [ ] one');
  const answers: (string | null)[] = ['nothing', null, 'replace', 'merge'];
  const asked: unknown[] = [];
  const asking: Asking = {
    choose: <T>(question: string, choices: readonly Choice<T>[]) => {
      asked.push([question, choices.map(({ label }) => label)]);
      const answer = answers.shift();
      return Promise.resolve(choices.find(({ value }) => value === answer)?.value ?? null);
    },
    chooseSome: () => Promise.resolve(null),
    text: () => Promise.resolve(null),
    confirm: () => Promise.resolve(null),
    say: () => undefined,
  };
  const ends: unknown[] = [];
  for (const index of [0, 1, 2, 3]) {
    let stdout = '';
    const context = { cwd: root, env: {}, color: false, stderr: () => undefined };
    const code = await importCommand({
      ...context,
      stdout: (text) => void (stdout += text),
      file: 'todo.md',
      asking,
    });
    ends.push([code, stdout.split('\n').at(-3) ?? '']);
    if (index === 1) expect(readFileSync(join(root, 'prd.json'), 'utf8')).toBe('precious');
  }
  expect(asked[0]).toEqual([
    'prd.json is there already',
    ['merge into it', 'replace it', 'leave it as it is'],
  ]);
  const from = 'from todo.md, read as a PRD in Markdown (--format says otherwise).';
  expect(ends).toEqual([
    [130, ''],
    [130, ''],
    [0, `prd.json is replaced: 1 epic and 1 story new, ${from}`],
    [0, `prd.json is brought up to date: 0 epics and 0 stories new, 1 story known, ${from}`],
  ]);
});

test('a format that is given is taken, whatever it looks like', async () => {
  const root = project();
  writeFileSync(join(root, 'tasks.md'), '# T\n\n## Phase 1: Setup\n\n- [ ] T001 One\n');
  const asMarkdown = await runCli(['import', 'tasks.md', '--format', 'markdown'], root);
  expect([asMarkdown.code, asMarkdown.stdout.split('\n').at(-3)]).toEqual([
    0,
    'prd.json is written: 1 epic and 1 story new, from tasks.md.',
  ]);
  expect((readJson(join(root, 'prd.json')) as Prd).epics[0]).toMatchObject({ id: 'setup' });
  expect((await runCli(['import', 'tasks.md', '--format', 'ralph', '--yes'], root)).stderr).toContain(
    'tasks.md:1:1 error invalid-json',
  );
  expect((await runCli(['import', 'tasks.md', '--format', 'jira'], root)).code).toBe(2);
});

test('issues come from the standard input; --json tells all of it', async () => {
  const root = project();
  let stdout = '';
  const options: ImportOptions = {
    cwd: root,
    env: {},
    color: false,
    file: '-',
    json: true,
    stdin: Readable.from([readFileSync(join(FIXTURES, 'issues-gh.json'))]),
    stdout: (text) => void (stdout += text),
    stderr: () => undefined,
  };
  expect(await importCommand(options)).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    ok: true,
    prd: 'prd.json',
    format: 'github',
    detected: true,
    epics: [
      { id: 'GH-12', new: true, dependsOn: ['GH-11'], source: 'https://github.com/octo/shelf/issues/12' },
      { id: 'GH-11' },
      { id: 'GH-20', stories: [{ source: 'https://github.com/octo/shelf/issues/20#from-a-browser' }, {}] },
      { id: 'GH-30', dependsOn: ['GH-12'] },
    ],
    done: [
      { title: '#10 Typo', why: 'it is closed', line: 19 },
      { title: '#20 From nowhere', why: 'it is ticked', line: 20 },
    ],
  });
  const long = Array.from({ length: 30 }, () => Buffer.alloc(1_000_000, 'x'));
  expect(await importCommand({ ...options, stdin: Readable.from(long) })).toBe(2);
  stdout = '';
  expect(await importCommand({ ...options, stdin: Readable.from([]) })).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ diagnostics: [{ code: 'nothing-to-read', file: 'stdin' }] });
  stdout = '';
  expect(await importCommand({ ...options, merge: true, stdin: Readable.from([Buffer.from('{')]) })).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    ok: false,
    diagnostics: [{ code: 'invalid-json', file: 'stdin' }],
  });
});

interface Prd {
  readonly epics: readonly {
    readonly id: string;
    readonly title: string;
    readonly status: string;
    readonly dependsOn: readonly string[];
    readonly userStories: readonly {
      readonly id: string;
      readonly title: string;
      readonly passes: boolean;
      readonly priority: number;
    }[];
  }[];
}

const SOURCE = `# P

## Storage

- [ ] Keep
- [ ] Find

## Search

Depends on: Storage

- [ ] By title
`;

test('--merge keeps ids, statuses and every other byte, adds what is new and removes nothing', async () => {
  const root = project();
  const source = join(root, 'p.md');
  const target = join(root, 'prd.json');
  writeFileSync(source, SOURCE);
  await runCli(['import', 'p.md'], root);
  // What people and runs do with it afterwards: another layout, other ids, statuses, fields of their own, an epic by hand.
  const prd = (readJson(target) as { epics: Record<string, unknown>[] }).epics;
  const [storage, search] = prd as [
    { userStories: Record<string, unknown>[] } & Record<string, unknown>,
    Record<string, unknown>,
  ];
  Object.assign(storage, { id: 'DB', status: 'completed', owner: 'ann' });
  for (const story of storage.userStories) story['passes'] = true;
  Object.assign(search, { dependsOn: ['DB', 'HAND'] });
  const hand = {
    id: 'HAND',
    title: 'By hand',
    userStories: [{ id: 'H1', title: 'H', acceptanceCriteria: ['h'] }],
  };
  const text =
    `${JSON.stringify({ project: 'Mine', epics: [storage, search, hand] }, null, '\t')}\n\n`.replaceAll(
      '\n',
      '\r\n',
    );
  writeFileSync(target, text);
  writeFileSync(
    source,
    SOURCE.replace('- [ ] Find', '- [ ] Forget\n- [ ] Find: by a word of it')
      .replace('## Search', '## Search everything')
      .replace('- [ ] By title', '- [ ] By title\n- [ ] By word'),
  );
  const { code, stdout } = await runCli(['import', 'p.md', '--merge'], root);
  expect(code).toBe(0);
  expect(stdout.split('\n\n').slice(-3).join('\n\n')).toBe(`Criteria:
  forget has no criteria: its title is the only one (line 6)
  by-word has no criteria: its title is the only one (line 14)

Changed there since it was imported:
  DB find, which passes: teams reset DB to have it done again

prd.json is brought up to date: 1 epic and 2 stories new, 3 stories known, from p.md, read as a PRD in Markdown (--format says otherwise).
next: teams validate --lint, then teams run --dry-run
`);
  const merged = readFileSync(target, 'utf8');
  expect((JSON.parse(merged) as Prd).epics).toMatchObject([
    // What is finished is not opened again: a new story is a new part.
    {
      id: 'DB',
      title: 'Storage',
      status: 'completed',
      owner: 'ann',
      userStories: [{ id: 'keep' }, { id: 'find' }],
    },
    {
      id: 'search',
      title: 'Search everything',
      source: 'p.md#search-everything',
      dependsOn: ['DB', 'HAND', 'storage-2'],
      userStories: [
        { id: 'by-title', priority: 1 },
        { id: 'by-word', priority: 2 },
      ],
    },
    hand,
    {
      id: 'storage-2',
      title: 'Storage (part 2)',
      dependsOn: ['DB'],
      source: 'p.md#storage/part-2',
      userStories: [{ id: 'forget' }],
    },
  ]);
  // Taking out what was meant leaves the file as it was.
  expect(
    merged.startsWith('{\r\n\t"$schema": "./.teams/schemas/prd.schema.json",\r\n\t"project": "Mine"'),
  ).toBe(true);
  expect(merged.endsWith('\r\n\t]\r\n}\r\n\r\n')).toBe(true);
  expect(merged.match(/(?<!\r)\n/)).toBe(null);
  expect((await runCli(['validate'], root)).code).toBe(0);
  await runCli(['import', 'p.md', '--merge'], root);
  expect(readFileSync(target, 'utf8')).toBe(merged);

  // What is gone from the source stays, and is named; what is ticked there stays as it is.
  writeFileSync(source, SOURCE.replace('- [ ] Find\n', '').replace('- [ ] Keep', '- [x] Keep'));
  const again = await runCli(['import', 'p.md', '--merge'], root);
  expect([again.code, again.stderr]).toEqual([0, '']);
  expect(again.stdout).toContain(
    'No longer there, kept here:\n  DB find Find\n  search by-word By word\n  storage-2 forget Forget\n',
  );
  expect(
    (readJson(target) as Prd).epics.map(({ id, userStories }) => [id, userStories.map((story) => story.id)]),
  ).toEqual([
    ['DB', ['keep', 'find']],
    ['search', ['by-title', 'by-word']],
    ['HAND', ['H1']],
    ['storage-2', ['forget']],
  ]);
});

test('a merge that would close a circle with what was written by hand is refused', async () => {
  const root = project();
  writeFileSync(join(root, 'p.md'), SOURCE);
  await runCli(['import', 'p.md'], root);
  const text = readFileSync(join(root, 'prd.json'), 'utf8');
  writeFileSync(
    join(root, 'prd.json'),
    text
      .replace('"dependsOn": [\n        "storage"\n      ]', '"dependsOn": []')
      .replace('"dependsOn": []', '"dependsOn": ["search"]'),
  );
  const before = readFileSync(join(root, 'prd.json'), 'utf8');
  expect(await runCli(['import', 'p.md', '--merge'], root)).toEqual({
    code: 2,
    stdout: '',
    stderr: `p.md error cycle  with this import, epics would wait for each other in a circle: storage -> search -> storage
  fix: remove one of these dependencies from the PRD or from the source
`,
  });
  expect(readFileSync(join(root, 'prd.json'), 'utf8')).toBe(before);
});
