import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Prd } from '../../src/domain/prd.ts';
import { renderDiagnostics } from '../../src/report/diagnostics.ts';
import { type LoadedPrd, loadPrd, type PrdOptions } from '../../src/source/load-prd.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();

const load = async (content: unknown, options: PrdOptions = {}): Promise<LoadedPrd> => {
  const text =
    typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content, null, 2);
  return loadPrd(await folder.put('prd.json', text), { name: 'prd.json', ...options });
};

type Loose = Record<string, unknown>;
const story = (id: string, more: Loose = {}): Loose => ({
  id,
  title: 'T',
  acceptanceCriteria: ['it works'],
  ...more,
});
const epic = (id: string, more: Loose = {}): Loose => ({
  id,
  title: 'T',
  userStories: [story(`${id}-S`)],
  ...more,
});
const prd = (...epics: unknown[]): Loose => ({ project: 'P', epics });

/** Code, message and fix of everything found. */
const found = async (content: unknown, options?: PrdOptions): Promise<string[]> =>
  (await load(content, options)).diagnostics.map(
    ({ severity, code, message, fix }) =>
      `${severity === 'error' ? '' : 'warning: '}${code}: ${message}${fix === undefined ? '' : ` | ${fix}`}`,
  );

test('a valid PRD comes with its defaults, and fields that are not known', async () => {
  const loaded = await load({ ...prd(epic('E1', { owner: 'ann' })), branchName: 'dev' });
  const expected: Partial<Prd['epics'][number]> = {
    status: 'pending',
    planned: false,
    dependsOn: [],
    description: '',
  };
  expect(loaded.prd?.branchName).toBe('dev');
  expect(loaded.prd?.epics[0]).toMatchObject({ ...expected, owner: 'ann' });
  expect(loaded.prd?.epics[0]?.userStories[0]).toMatchObject({
    passes: false,
    failureReason: null,
    priority: 1,
  });
  expect(loaded.diagnostics.map(({ severity, code, at }) => [severity, code, at?.text])).toEqual([
    ['warning', 'unknown-key', '      "owner": "ann"'],
  ]);
});

test('reports everything that is wrong in one pass', async () => {
  const loaded = await loadPrd('tests/fixtures/prd/broken.json', { name: 'prd.json' });
  expect(loaded.prd).toBeNull();
  await expect(renderDiagnostics(loaded.diagnostics, { color: false })).toMatchFileSnapshot(
    '../fixtures/prd/broken.txt',
  );
});

test('the example is valid', async () => {
  const loaded = await loadPrd('prd.json.example');
  expect([loaded.diagnostics, loaded.prd?.epics.length]).toEqual([[], 4]);
});

test.each([
  ['../x', 'does not start with a letter or digit', 'x'],
  ['$(id)', 'does not start with a letter or digit', 'id'],
  ['-rf', 'does not start with a letter or digit', 'rf'],
  ['', 'is empty', 'EPIC-001'],
  [
    'a b',
    'has characters that are not safe in a file or branch name; use letters, digits, ".", "_" and "-"',
    'a-b',
  ],
  ['a..b', 'cannot be part of a git branch name', 'a.b'],
  ['a.lock', 'cannot be part of a git branch name', 'a-lock'],
  ['a.', 'cannot be part of a git branch name', 'a'],
  [
    'a\n',
    'has characters that are not safe in a file or branch name; use letters, digits, ".", "_" and "-"',
    'a',
  ],
])('the id %j is unsafe', async (id, why, fix) => {
  expect(await found(prd(epic('E1'), { ...epic('E2'), id }))).toEqual([
    `unsafe-id: epic id ${JSON.stringify(id)} ${why} | use an id such as "${fix}"`,
  ]);
});

test('ids are unique without regard to case; across epics a story id is only a warning', async () => {
  expect(
    await found(
      prd(epic('E1', { userStories: [story('S'), story('S')] }), epic('e1', { userStories: [story('s')] })),
    ),
  ).toEqual([
    'duplicate-id: story id "S" is used twice in E1 | give one of the two another id',
    'duplicate-id: epic id "e1" differs from "E1" only in case in this PRD | give one of the two another id',
    'warning: repeated-story-id: story id "s" is also used in E1: reports are easier to read when it is not',
  ]);
});

test('a story that was added to a completed epic is not forgotten in silence', async () => {
  const userStories = [story('S1', { passes: true }), story('S2', { passes: false })];
  expect(await found(prd(epic('E1', { status: 'completed', userStories }), epic('E2')))).toEqual([
    'warning: completed-without-story: E1 is completed, so no run does E1 S2 | put it into an epic of its own, or have the whole epic done again: teams reset E1',
  ]);
});

test('stories that are counted anew in every epic are one warning per epic', async () => {
  const userStories = [story('S1'), story('S2'), story('S3')];
  expect(await found(prd(epic('E1', { userStories }), epic('E2', { userStories })))).toEqual([
    'warning: repeated-story-id: story id "S1" is also used in E1, and 2 more of E2 elsewhere: reports are easier to read when it is not',
  ]);
});

test.each(['-rf', '--upload-pack=x', 'a b', 'a..b', 'a\nb', 'a.lock', '/a', 'a/', 'a~1', '@{u}'])(
  'the branch %j is refused',
  async (branchName) => {
    expect((await load({ ...prd(epic('E1')), branchName })).diagnostics.map(({ code }) => code)).toEqual([
      'invalid-branch',
    ]);
    expect((await load({ ...prd(epic('E1')), branchName: 'feature/x-1.2@a' })).diagnostics).toEqual([]);
  },
);

test("short keys of one's own are no misspellings", async () => {
  expect(
    (await found(prd(epic('E1', { file: 1, uid: 1, time: 1, state: 1 })))).every((text) =>
      text.startsWith('warning: unknown-key'),
    ),
  ).toBe(true);
  expect((await found(prd({ ...epic('E1'), ID: 1, titel: 1 }))).map((text) => text.split(':')[0])).toEqual([
    'misspelt-key',
    'misspelt-key',
  ]);
});

test('a cycle is printed as a path, every cycle once', async () => {
  const ring = prd(
    epic('A', { dependsOn: ['C'] }),
    epic('B', { dependsOn: ['A'] }),
    epic('C', { dependsOn: ['B'] }),
    epic('D', { dependsOn: ['E', 'A'] }),
    epic('E', { dependsOn: ['D'] }),
  );
  const messages = (await found(ring)).map((text) => text.split(' | ')[0]);
  expect(messages).toEqual([
    'cycle: epics wait for each other in a circle: A -> C -> B -> A',
    'cycle: epics wait for each other in a circle: D -> E -> D',
  ]);
});

test('keys under another name or spelling name the right one and hide that it is missing', async () => {
  expect(
    await found(
      prd({
        id: 'E1',
        name: 'T',
        depends_on: [],
        stories: [{ ...story('S'), acceptancecriteria: [] }],
        lables: [],
      }),
    ),
  ).toEqual([
    'misspelt-key: E1 has the unknown key "name" | did you mean "title"?',
    'misspelt-key: E1 has the unknown key "depends_on" | did you mean "dependsOn"?',
    'misspelt-key: E1 has the unknown key "stories" | did you mean "userStories"?',
    'misspelt-key: E1 has the unknown key "lables" | did you mean "labels"?',
  ]);
});

test('wrong types and missing fields', async () => {
  expect(await found([])).toEqual(['wrong-type: the PRD must be an object, but is an empty list']);
  expect(await found({})).toEqual([
    'missing-field: the PRD: project is missing | add it: it has to be text',
    'missing-field: the PRD: epics is missing | add it: it has to be a list',
  ]);
  expect(await found({ project: 'P', epics: [] })).toEqual([
    'no-epics: the PRD has no epics, so there is nothing to do | add at least one epic',
  ]);
  expect(
    await found(prd(epic('E1', { dependsOn: 'E2', planned: 'yes', userStories: {}, verify: [1] }), null)),
  ).toEqual([
    'wrong-type: E1: userStories must be a list, but is an object',
    'wrong-type: E1: dependsOn must be a list, but is "E2" | write ["E2"]',
    'wrong-type: E1: planned must be true or false, but is "yes" | write true or false',
    'wrong-type: E1: verify[0] must be text, but is 1 | write "1"',
    'wrong-type: epics[1] must be an object, but is null',
  ]);
});

test('values from a fixed list, and backends that are not known', async () => {
  const backends = ['claude', 'mine'];
  expect(
    await found(prd(epic('E1', { status: 'done', backend: 'cluade', approval: 'no' })), { backends }),
  ).toEqual([
    'unknown-value: E1: status is "done", which is not one of "pending", "completed", "partial", "failed", "merge-failed" | use "pending", "completed", "partial", "failed", "merge-failed"',
    'unknown-backend: E1 asks for the backend "cluade", which is not known | did you mean "claude"?',
    'unknown-value: E1: approval is "no", which is not one of "always" | use "always"',
  ]);
});

test('models of an epic are pinned for roles and tiers', async () => {
  const models = { 'team-lead': 'a', finalValidator: 'b', large: 'c' };
  expect(await found(prd(epic('E1', { models })))).toEqual([]);
  expect(await found(prd(epic('E1', { models: { ...models, Builder: 'x', nope: 'y' } })))).toEqual([
    'misspelt-key: E1: models has the unknown key "Builder" | did you mean "builder"?',
    'unknown-key: E1: models has the unknown key "nope" | use one of teamLead, epicPlanner, storyPlanner, builder, storyValidator, epicValidator, finalValidator, merger, author, small, medium, large',
  ]);
});

test('CRLF and a byte order mark shift no position', async () => {
  const text = `\ufeff${JSON.stringify(prd(epic('E1', { dependsOn: ['E9'] })), null, 2).replaceAll('\n', '\r\n')}`;
  const { diagnostics } = await load(text);
  expect(diagnostics.map(({ code, at }) => [code, at])).toEqual([
    ['unknown-reference', { line: 17, column: 9, length: 4, text: '        "E9"' }],
  ]);
});

test('hostile files end in diagnostics, quickly and without a throw', async () => {
  const flood = 'x'.repeat(10_000_000);
  expect(await found(`{"project": "${flood}", "epics": ${'['.repeat(10_000)}`)).toEqual([
    'nested-too-deep: values are nested more than 100 levels deep',
  ]);
  expect((await found('{"project": "P\u0000"}'))[0]).toMatch(/^nul-byte/);
  expect((await found(Buffer.from([0xff, 0xfe, 0x7b, 0x00])))[0]).toMatch(/^(nul-byte|invalid-utf8)/);
  expect((await load(prd(epic('E1', { title: flood })))).prd).not.toBeNull();
  const long = await load(prd({ ...epic('E1'), id: flood, status: flood, dependsOn: [flood], [flood]: 1 }));
  expect(
    JSON.stringify(long.diagnostics.map(({ at: _at, ...rest }) => ({ ...rest, related: [] }))).length,
  ).toBeLessThan(3000);
  expect(renderDiagnostics(long.diagnostics, { color: false }).length).toBeLessThan(4000);
  const polluted = await load(
    `{"__proto__": {"project": "P"}, "epics": [{"__proto__": null, "constructor": 1, "id": "E1"}]}`,
  );
  expect(polluted.prd).toBeNull();
  expect(({} as Loose)['project']).toBeUndefined();
  expect(
    (
      await load(
        `{"project": "\\ud800", "epics": [${JSON.stringify(epic('E1')).replace('"T"', '"\\udfff"')}]}`,
      )
    ).diagnostics,
  ).toEqual([]);
});

test('a flood of mistakes is cut, and the rest counted', async () => {
  const { diagnostics } = await load(prd(...Array.from({ length: 3000 }, () => 1)));
  expect(diagnostics).toHaveLength(1001);
  expect(diagnostics.at(-1)?.message).toBe('there are 2000 more errors; only the first 1000 are kept');
  expect(renderDiagnostics(diagnostics, { color: false })).toMatch(/… and 951 more\n$/);
});

test('a flood of warnings hides no error', async () => {
  const noisy = Array.from({ length: 1500 }, (_, index) => epic(`E${index}`, { own: 1 }));
  const { diagnostics } = await load(prd(...noisy, epic('LAST', { dependsOn: ['E-none'] })));
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
    'unknown-reference',
  ]);
  expect(diagnostics).toHaveLength(1002);
  expect(renderDiagnostics(diagnostics, { color: false })).toMatch(
    /^prd\.json:\d+:9 error unknown-reference/,
  );
});

test('whatever is in the file, there is an answer: a PRD or an error', async () => {
  const example = JSON.parse(await readFile('prd.json.example', 'utf8')) as Loose;
  const places = JSON.stringify(example);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(places.length),
      fc.nat(40),
      fc.string({ maxLength: 5 }),
      async (at, length, insert) => {
        const loaded = await load(places.slice(0, at) + insert + places.slice(at + length));
        expect(loaded.prd === null).toBe(loaded.diagnostics.some(({ severity }) => severity === 'error'));
        renderDiagnostics(loaded.diagnostics, { color: true });
      },
    ),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const {
        epics: [first],
      } = example as { epics: [Loose] };
      const loaded = await load({
        ...example,
        epics: [{ ...first, dependsOn: value, userStories: value }, value],
      });
      expect(loaded.prd).toBeNull();
    }),
  );
});
