import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { projectFiles } from '../../../src/cli/demo/project.ts';
import type { LintFinding } from '../../../src/domain/lint/finding.ts';
import { lintPrd } from '../../../src/domain/lint/lint.ts';
import { type Prd, prdSchema } from '../../../src/domain/prd.ts';
import { bad, good } from './corpus.ts';
import { processorTime } from '../../rig/processor-time.ts';

type EpicInput = Record<string, unknown> & { readonly id: string };
type StoryInput = Record<string, unknown>;

const prdOf = (...epics: readonly EpicInput[]): Prd =>
  prdSchema.parse({
    project: 'P',
    epics: epics.map((epic) => ({ title: epic.id, userStories: [story(`${epic.id}-S`)], ...epic })),
  });
const story = (title: string, more: StoryInput = {}): StoryInput => ({
  id: title.replace(/\W+/g, '-').slice(0, 60),
  title,
  acceptanceCriteria: [`prints ${title}`],
  ...more,
});
const messages = (prd: Prd): readonly string[] =>
  lintPrd(prd).map(({ rule, message, fix }) => `${rule}: ${message} | ${fix}`);

test('the demonstration and the example are clean', async () => {
  const demo = projectFiles({ prd: 's', config: 's' })['prd.json'] ?? '';
  for (const text of [demo, await readFile('prd.json.example', 'utf8')]) {
    expect(lintPrd(prdSchema.parse(JSON.parse(text)))).toEqual([]);
  }
});

test('large stories: too many criteria, a title of several things, pages of text', () => {
  const criteria = Array.from({ length: 16 }, (_, n) => `prints line ${n}`);
  const userStories = [
    story('Many', { acceptanceCriteria: criteria }),
    story('Enough', { acceptanceCriteria: criteria.slice(1) }),
    story('Log in and register and reset the password'),
    story('Accept Terms and Conditions and continue'),
    story('Drag and drop and undo'),
    story('Read title, author and tags'),
    story('Show "this and that and more"'),
    story('Long', { description: 'A sentence of the background. '.repeat(150) }),
  ];
  expect(messages(prdOf({ id: 'A', userStories }))).toEqual([
    'large-story: A Many has 16 acceptance criteria; more than 15 are seldom one story | split it into stories that can each be seen to work, with the criteria that belong to each',
    'large-story: A Log-in-and-register-and-reset-the-password asks for 3 things in one title: "Log in and register and reset the password" | make a story of each',
    'large-story: A Long is 4515 characters long; more than 4000 are seldom one story | split it, or move background to a document in the repository and name its path in the description',
  ]);
});

const naming = (id: string, text: string, dependsOn: readonly string[] = []): EpicInput => ({
  id,
  dependsOn,
  userStories: [story(`${id} story`, { acceptanceCriteria: [text] })],
});

test('shared files: only where nothing orders the epics', () => {
  const add = (id: string): string => `prints ${id}, in src/store.ts`;
  expect(messages(prdOf(naming('A', add('a')), naming('B', add('b'))))).toEqual([
    'shared-file: A and B both name src/store.ts, and neither waits for the other | add "A" to dependsOn of B, or move what both need into an epic that both depend on',
  ]);
  // Directly, or through an epic that does not name it, or that is done.
  expect(messages(prdOf(naming('A', add('a')), naming('B', add('b'), ['A'])))).toEqual([]);
  const between = naming('M', 'prints m', ['B']);
  expect(messages(prdOf(naming('A', add('a'), ['M']), between, naming('B', add('b'))))).toEqual([]);
  expect(
    messages(prdOf(naming('A', add('a'), ['M']), { ...between, status: 'completed' }, naming('B', add('b')))),
  ).toEqual([]);
  // What is completed does not run again.
  expect(messages(prdOf({ ...naming('A', add('a')), status: 'completed' }, naming('B', add('b'))))).toEqual(
    [],
  );
  expect(
    messages(
      prdOf(...['A', 'B', 'C'].map((id) => naming(id, `src/store.ts and \`src/api/list.ts\` say ${id}`))),
    ),
  ).toEqual([
    'shared-file: 3 epics name src/store.ts, src/api/list.ts, and not all of them wait for one another: A, B, C | let one epic make src/store.ts and the others depend on it, or chain them with dependsOn',
  ]);
});

test('shared files: folders and modules count, and what only looks like a file does not', () => {
  const found = (a: string, b = a): readonly string[] =>
    lintPrd(prdOf(naming('A', `1 ${a}`), naming('B', `2 ${b}`))).map(
      ({ message }) => /name (.*), and/.exec(message)?.[1] ?? '',
    );
  expect(found('./src/auth/login.ts is split', 'lives in src/auth.')).toEqual(['src/auth']);
  expect(found('src/auth/login.ts is split', 'src/auth/logout.ts is split')).toEqual([]);
  expect(found('writes app.py', 'app.py, started twice, fails')).toEqual(['app.py']);
  // A name alone is the one path that ends with it.
  expect(found('src/store/cart.ts is split', 'adds it to `cart.ts`')).toEqual(['src/store/cart.ts']);
  expect(found('src/store/cart.ts and src/api/cart.ts are split', 'adds it to `cart.ts`')).toEqual([]);
  expect(found('The payment module prints', 'Part of the payment module')).toEqual(['the module payment']);
  expect(found('`billing` module', 'package `billing`')).toEqual(['the module billing']);
  for (const text of [
    'needs Node.js',
    'draws it with Chart.js',
    'GET /src/files.ts answers 200',
    'links to https://example.com/src/app.ts',
    'documented in README.md',
    'is said in docs/guide.md',
    'adds it to package.json',
    'client/server and either/or',
    'exports report.csv',
    'reads config.json',
    'is exported from index.ts and page.tsx',
    'adds it to packages/web/package.json',
    'src/**/*.ts is compiled',
    'uses the existing client (src/api/client.ts)',
    'in this module and every module',
    'e.g. a.b.c',
    'ASP.NET and v1.2.rs-beta',
  ]) {
    expect([text, found(text)]).toEqual([text, []]);
  }
});

test('a serial chain names the link that has the least in common', () => {
  const chain = (length: number): EpicInput[] =>
    Array.from({ length }, (_, n) => ({
      id: `E${n}`,
      dependsOn: n === 0 ? [] : [`E${n - 1}`],
      title: n === 3 ? 'Dark mode' : 'Store of books',
      userStories: [story(n === 3 ? 'Dark colours' : `Books ${'abcdefgh'[n]}`)],
    }));
  expect(messages(prdOf(...chain(5)))).toEqual([
    'serial-chain: 5 of 5 epics wait for each other one by one: E0 → E1 → E2 → E3 → E4 | keep in dependsOn only what an epic builds on; E3 has the least in common with E2: if it does not need its code, remove "E2" there',
  ]);
  expect(messages(prdOf(...chain(4)))).toEqual([]);
  expect(messages(prdOf(...chain(5), naming('X', 'prints x')))).toEqual([]);
  expect(
    messages(prdOf(...chain(5).map((epic, n) => (n === 0 ? { ...epic, status: 'completed' } : epic)))),
  ).toEqual([]);
});

test('duplicates: the same in other words, not what differs by one', () => {
  const login = {
    description: 'As a user, I want to log in',
    acceptanceCriteria: [
      'A wrong password shows "Email or password is wrong"',
      'After five wrong tries the account is locked',
    ],
  };
  const again = {
    description: 'As a user I want to sign in.',
    acceptanceCriteria: [
      'After five wrong tries the account is locked',
      'a wrong password shows: email or password is wrong!',
    ],
  };
  const exporting = (format: string): StoryInput =>
    story(`Export as ${format}`, {
      acceptanceCriteria: [
        `A click on Export saves a ${format} file with one line per book`,
        'The name of the file has the date',
      ],
    });
  expect(
    messages(
      prdOf(
        { id: 'B', userStories: [story('Log in', { id: 'S2', ...again })] },
        { id: 'A', userStories: [story('Login', { id: 'S1', ...login })] },
      ),
    ),
  ).toEqual([
    'duplicate-story: B S2 asks for the same as A S1 | remove one of the two, or say in the title and the criteria what only this one asks for',
  ]);
  expect(
    messages(prdOf({ id: 'A', userStories: [exporting('CSV'), exporting('JSON'), exporting('XML')] })),
  ).toEqual([]);
  // Short ones get their meaning from their epics.
  const list = story('List', { id: 'L', acceptanceCriteria: ['Sorted by name'] });
  expect(
    messages(prdOf({ id: 'Customers', userStories: [list] }, { id: 'Suppliers', userStories: [list] })),
  ).toEqual([]);
  const more = { ...login, acceptanceCriteria: [...login.acceptanceCriteria, 'The account is locked again'] };
  const not = { ...login, acceptanceCriteria: [...login.acceptanceCriteria, 'The account is not locked'] };
  const admin = { ...login, description: 'As an admin, I want to log in' };
  const twice = (other: StoryInput): readonly string[] =>
    lintPrd(
      prdOf({
        id: 'A',
        userStories: [story('Log in', { id: 'S1', ...login }), story('Log in', { id: 'S2', ...other })],
      }),
    ).map(({ message }) => message);
  expect([twice(more), twice(not), twice(admin)]).toEqual([
    ['A S2 asks for nearly the same as A S1'],
    [],
    [],
  ]);
  // What is done already is the one to keep.
  expect(
    messages(
      prdOf(
        { id: 'A', userStories: [story('Log in', { id: 'S1', ...login })] },
        { id: 'B', status: 'completed', userStories: [story('Login', { id: 'S2', ...again })] },
      ),
    ),
  ).toEqual([
    'duplicate-story: A S1 asks for the same as B S2 | remove it: B is completed; or say in its title and criteria what is still missing',
  ]);
});

const text = fc.oneof(
  fc.constantFrom(
    ...good,
    ...bad.map(([criterion]) => criterion),
    'src/a.ts',
    'in src/auth',
    'the user module',
  ),
  fc.string({ minLength: 1, unit: 'grapheme' }),
);
const prds = fc
  .array(
    fc.record({
      title: text,
      description: fc.option(text, { nil: '' }),
      status: fc.constantFrom('pending', 'completed', 'failed'),
      distances: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
      userStories: fc.array(
        fc.record({
          title: text,
          description: fc.option(text, { nil: '' }),
          acceptanceCriteria: fc.array(text, { minLength: 1, maxLength: 12 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((epics) =>
    prdSchema.parse({
      project: 'P',
      epics: epics.map(({ distances, userStories, ...epic }, n) => ({
        ...epic,
        id: `E${n}`,
        dependsOn: distances
          .map((d) => n - d)
          .filter((k) => k >= 0)
          .map((k) => `E${k}`),
        userStories: userStories.map((one, k) => ({ ...one, id: `S${k}` })),
      })),
    }),
  );

/** The text that a place means. */
function at(prd: Prd, { path, within }: LintFinding['at']): unknown {
  const value = path.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], prd);
  return within === undefined ? value : String(value).slice(within.start, within.end);
}

test('any PRD: every finding has a place that exists, and the order of the epics changes none', () => {
  fc.assert(
    fc.property(prds, fc.infiniteStream(fc.nat()), (prd, random) => {
      const epics = [...prd.epics];
      const shuffled: Prd = {
        ...prd,
        epics: prd.epics.map(() => epics.splice(random.next().value % epics.length, 1)).flat(),
      };
      const said = (of: Prd): readonly string[] =>
        lintPrd(of).map((finding) =>
          JSON.stringify([
            finding.rule,
            finding.message,
            finding.fix,
            ...[finding.at, ...(finding.related ?? []).map((related) => related.at)].map((place) => {
              const value = at(of, place);
              expect(value).toBeDefined();
              if (place.within !== undefined) expect(value).not.toBe('');
              return value;
            }),
          ]),
        );
      expect(said(shuffled)).toEqual(said(prd));
    }),
    { seed: 11, numRuns: 150 },
  );
});

test('2,000 stories of any shape take no noticeable time', async () => {
  const shapes: Record<string, (n: number) => StoryInput> = {
    'all the same': () => story('Log in', { acceptanceCriteria: good.slice(0, 10) }),
    'from one template': (n) =>
      story(`Export ${n}`, { acceptanceCriteria: good.slice(0, 10).map((one) => `${one} in format ${n}`) }),
    'all in one file': (n) =>
      story(`Story ${n}`, { acceptanceCriteria: [`src/store.ts exports function${n}`] }),
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const epics = Array.from({ length: 400 }, (_, n) => ({
      id: `E${n}`,
      dependsOn: n % 3 === 0 || n < 2 ? [] : [`E${n - 1}`, `E${n >> 1}`],
      userStories: Array.from({ length: 5 }, (_unused, k) => ({ ...shape(n * 5 + k), id: `S${k}` })),
    }));
    const prd = prdOf(...epics.map((epic) => ({ ...epic, dependsOn: [...new Set(epic.dependsOn)] })));
    // Half a second; anything quadratic would take minutes.
    expect(await processorTime(() => lintPrd(prd)), name).toBeLessThan(10_000);
  }
});

test('long texts made to be slow are not', async () => {
  const units = [
    'a',
    'a.',
    'a/',
    '../',
    '“',
    '„',
    '«',
    "' ",
    '`',
    'is very ',
    'handled a ',
    'x@',
    'the aaa ',
    'existing ',
  ];
  for (const unit of units) {
    const long = unit.repeat(20_000 / unit.length);
    const prd = prdOf({ id: 'A', userStories: [story(long, { id: 'S', acceptanceCriteria: [long] })] });
    expect(await processorTime(() => lintPrd(prd)), unit).toBeLessThan(5_000);
  }
  // What is looked for at the end of a text is looked for once, not at each of these.
  for (const unit of ['.', '-', ':', '/', "'", '!', ' ', './', '..-']) {
    const long = unit.repeat(100_000 / unit.length);
    const acceptanceCriteria = [`a${long}x`, `${long}x`];
    const prd = prdOf({ id: 'A', userStories: [story(`a${long}x`, { id: 'S', acceptanceCriteria })] });
    expect(await processorTime(() => lintPrd(prd)), unit).toBeLessThan(5_000);
  }
});
