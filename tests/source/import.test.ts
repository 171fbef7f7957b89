import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/domain/diagnostics.ts';
import type { Prd } from '../../src/domain/prd.ts';
import { type ImportResult, prepareImport } from '../../src/cli/import/prepare.ts';
import type { ImportFormat } from '../../src/source/import/formats.ts';
import { SourceText } from '../../src/source/text.ts';
import { processorTime } from '../rig/processor-time.ts';

interface Outcome {
  readonly result: ImportResult | null;
  readonly diagnostics: readonly Diagnostic[];
}

async function run(text: string, format?: ImportFormat, target: string | null = null): Promise<Outcome> {
  const prepared = await prepareImport({
    source: new SourceText('source', text),
    format,
    originOf: () => 'source',
    target: target === null ? null : { prd: JSON.parse(target) as Prd, text: target },
    schema: './x.json',
    project: 'P',
  });
  return prepared.ok
    ? { result: prepared.value, diagnostics: [] }
    : { result: null, diagnostics: prepared.error };
}

const words = fc.oneof(
  fc.constantFrom(
    'One',
    'Two',
    'one',
    '',
    ' ',
    '__proto__',
    'constructor',
    'US-1',
    'AUTH-2: Sign in',
    '../x',
    'Epic 2',
    '注文',
    '\u001b[2J',
    'T001 [P] [US1] Do',
    'Depends on: One',
    'Acceptance criteria:',
  ),
  fc.string({ maxLength: 12, unit: 'binary' }).map((text) => text.replace(/[\0\r\n]/g, ' ')),
);

const markdownLine = fc.oneof(
  fc.tuple(
    fc.constantFrom('# ', '## ', '### ', '#### ', '## Phase 1: ', '## Phase 2: User Story 1 - '),
    words,
  ),
  fc.tuple(
    fc.constantFrom(
      '- [ ] ',
      '- [x] ',
      '- ',
      '  - [ ] ',
      '      * [X] ',
      '1. ',
      '- [ ] T002 ',
      '- [x] T003 ',
    ),
    words,
  ),
  fc.tuple(fc.constantFrom('', 'Depends on: ', '```', '<!-- ', '-->', '---', '==='), words),
);
const markdown = fc
  .array(markdownLine, { maxLength: 40 })
  .map((lines) => lines.map((parts) => parts.join('')).join('\n'));

const id = fc.oneof(
  fc.constantFrom<unknown>(1, 2, 3, '1', '2.1', 'A', '', null, '__proto__', 'x.lock', 'a b'),
  fc.nat(9),
);
const ids = fc.oneof(
  fc.array(id, { maxLength: 3 }),
  fc.constantFrom<unknown>(undefined, null, '1, 2', {}, 'A'),
);
const text = fc.oneof(words, fc.constantFrom<unknown>(undefined, null, 3, [], {}));
const list = fc.oneof(fc.array(text, { maxLength: 3 }), text);
const story = fc.record(
  {
    id,
    title: text,
    name: text,
    description: text,
    acceptanceCriteria: list,
    testStrategy: text,
    priority: fc.oneof(fc.nat(3), text),
    passes: fc.constantFrom(true, false, 'yes'),
    status: fc.constantFrom('pending', 'done', 'deferred', 3),
    dependencies: ids,
    dependsOn: ids,
    epic: text,
  },
  { requiredKeys: ['id'] },
);
const task = fc.record(
  {
    id,
    title: text,
    status: fc.constantFrom('pending', 'done', 'cancelled'),
    dependencies: ids,
    subtasks: fc.oneof(fc.array(story, { maxLength: 8 }), text),
  },
  { requiredKeys: ['id'] },
);
const checklist = fc
  .array(
    fc.tuple(
      fc.constantFrom('- [ ] ', '- [x] ', '  - [ ] ', '- '),
      fc.constantFrom('#', 'o/r#', 'a '),
      fc.nat(8),
    ),
    { maxLength: 6 },
  )
  .map((lines) => lines.map((parts) => parts.join('')).join('\n'));
const issue = fc.record(
  {
    number: fc.nat(8),
    title: text,
    body: fc.oneof(markdown, text, fc.constant('Depends on #1, #2\n- [ ] x'), checklist),
    labels: fc.oneof(fc.constantFrom<unknown>(['epic'], [{ name: 'bug' }], 3), list),
    state: fc.constantFrom('OPEN', 'closed'),
    url: fc.oneof(
      text,
      fc.nat(8).map((number) => `https://github.com/o/r/issues/${number}`),
    ),
    parent: fc.oneof(fc.record({ number: fc.nat(8), title: text }), text),
    blockedBy: fc.oneof(fc.array(fc.record({ number: fc.nat(8) }), { maxLength: 3 }), text),
  },
  { requiredKeys: ['number'] },
);
const json = (value: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  value.map((entry) => JSON.stringify(entry) ?? 'null');
const sources: Readonly<Record<ImportFormat, fc.Arbitrary<string>>> = {
  markdown,
  'spec-kit': markdown,
  'task-master': json(
    fc.oneof(
      fc.record({ tasks: fc.array(task, { maxLength: 6 }) }),
      fc.record({ master: fc.record({ tasks: fc.array(task, { maxLength: 6 }) }), other: fc.anything() }),
    ),
  ),
  ralph: json(
    fc.oneof(
      fc.record({ project: text, branchName: text, userStories: fc.array(story, { maxLength: 14 }) }),
      fc.array(story, { maxLength: 8 }),
    ),
  ),
  github: json(fc.oneof(fc.array(issue, { maxLength: 8 }), issue)),
};

test.each(Object.entries(sources))(
  'whatever %s says, there is a valid PRD or a reason with a place in the source',
  async (format, source) => {
    await fc.assert(
      fc.asyncProperty(source, source, async (first, second) => {
        const known = format as ImportFormat;
        const { result, diagnostics } = await run(first, known);
        // The result was checked as `validate` does, under another name.
        for (const { file, message } of diagnostics) expect([file, message]).toEqual(['source', message]);
        if (result === null) {
          expect(diagnostics.length).toBeGreaterThan(0);
          return;
        }
        expect((await run(first, known)).result?.text).toBe(result.text);
        // A second version of the file: what is still there keeps its id and its place, and the result is valid.
        const target = result.text;
        const again = await run(first, known, target);
        expect(again.result?.text).toBe(target);
        const merged = await run(second, known, target);
        for (const { file } of merged.diagnostics) expect(file).toBe('source');
        if (merged.result === null) return;
        const before = idsIn(target);
        const after = idsIn(merged.result.text);
        expect(after.filter((entry) => before.includes(entry))).toEqual(before);
      }),
      { numRuns: 100 },
    );
  },
);

const idsIn = (prd: string): readonly string[] =>
  (JSON.parse(prd) as Prd).epics.flatMap((epic) => epic.userStories.map((each) => `${epic.id} ${each.id}`));

test('the format is found by what is in the file', async () => {
  const found = async (value: unknown): Promise<unknown> => {
    const { result, diagnostics } = await run(typeof value === 'string' ? value : JSON.stringify(value));
    return result?.format ?? diagnostics.map(({ code }) => code);
  };
  expect(await found('- [ ] one')).toBe('markdown');
  expect(await found('- [ ] T001 one')).toBe('spec-kit');
  expect(await found('* [ ] **T001** one')).toBe('spec-kit');
  expect(await found({ tasks: [{ id: 1, title: 'a' }] })).toBe('task-master');
  expect(await found({ feature: { tasks: [{ id: 1, title: 'a' }] } })).toBe('task-master');
  expect(await found({ stories: [{ id: 1, title: 'a' }] })).toBe('ralph');
  expect(await found([{ id: 'a', passes: false, title: 'x' }])).toBe('ralph');
  expect(await found([{ number: 1, title: 'a' }])).toBe('github');
  expect(await found({ number: 1, title: 'a' })).toBe('github');
  expect(await found({ total_count: 1, items: [{ number: 1, title: 'a' }] })).toBe('github');
  expect(await found([[{ number: 1, title: 'a' }], []])).toBe('github');
  expect(await found([])).toEqual(['nothing-to-import']);
  expect(await found([1])).toEqual(['unknown-format']);
  expect(await found('{')).toEqual(['invalid-json']);
});

test('floods, deep nesting and long lines end quickly', async () => {
  const many = (count: number, make: (index: number) => unknown): unknown[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const hostile: readonly (readonly [string, string])[] = [
    ['deep list', many(5_000, (index) => `${' '.repeat(Math.min(2000, index))}- [ ] x`).join('\n')],
    ['deep JSON', '['.repeat(200_000)],
    ['comments', '<!-- '.repeat(200_000)],
    ['brackets', `- [ ] ${'['.repeat(200_000)}`],
    ['bold', `- [ ] ${'**'.repeat(200_000)}`],
    ['one line', `# ${'word '.repeat(100_000)}`],
    ['headings', many(8_000, () => '## same\n\n- [ ] same').join('\n')],
    ['tasks', many(8_000, (index) => `- [ ] T${index % 1000} (depends on T1, T2)`).join('\n')],
    ['depends', `${'## a\n\nDepends on: '.concat('x, '.repeat(50_000))}\n- [ ] b`],
    [
      'chain',
      JSON.stringify({
        tasks: [
          {
            id: 1,
            title: 'a',
            subtasks: many(4000, (index) => ({ id: index, title: 't', dependencies: [index + 1] })),
          },
        ],
      }),
    ],
    [
      'knot',
      JSON.stringify(
        many(300, (index) => ({
          id: index,
          title: 't',
          epic: `e${index % 60}`,
          passes: false,
          dependsOn: many(100, (step) =>
            (index + step + 1) % 300 < index ? (index + step + 1) % 300 : index,
          ),
        })),
      ),
    ],
    [
      'lifted circles',
      JSON.stringify(
        many(2000, (index) => ({
          id: index,
          title: 't',
          epic: `e${(index * 7) % 400}`,
          passes: false,
          dependsOn: index === 0 ? [] : [index - 1],
        })),
      ),
    ],
    [
      'issues',
      JSON.stringify(
        many(4000, (index) => ({
          number: index,
          title: 't',
          body: 'Depends on #1, #2, #3',
          parent: { number: index % 3 },
        })),
      ),
    ],
    ['too many', JSON.stringify(many(6000, (index) => ({ number: index, title: 't' })))],
  ];
  for (const [name, source] of hostile) {
    const took = await processorTime(async () => {
      const { result, diagnostics } = await run(source);
      expect(result !== null || diagnostics.length > 0, name).toBe(true);
    });
    // Well below a second each; anything quadratic would take minutes.
    expect(took, name).toBeLessThan(15_000);
  }
});

/** Lines of a text, each with a word of its own. */
const told = fc.array(
  fc.constantFrom(
    '## ',
    '- [ ] ',
    '- ',
    '  - ',
    '  - [ ] ',
    '    - [ ] T00',
    '- [ ] T01',
    '',
    '| a | ',
    '> ',
    '\n',
    '\n---\n',
    'Acceptance criteria:\n',
    '### Acceptance criteria\n- ',
    '## Phase 1: ',
  ),
  { minLength: 3, maxLength: 25 },
);

test.each(['markdown', 'spec-kit'] as const)(
  'no word of a %s goes missing without a line about it',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(told, async (marks) => {
        const lines = marks.map((mark, n) => `${mark}${/T0\d$/.test(mark) ? `${n} ` : ''}w${n}w`);
        const { result } = await run(lines.join('\n'), format);
        if (result === null) return;
        const left = [
          ...result.draft.leftOut.map(({ title }) => title),
          ...result.plan.guesses.flatMap(({ kind, message }) =>
            kind === 'left out' ? message.split(/: |, /) : [],
          ),
        ];
        // What is below a heading that is left out is left out with it.
        let aside = 9;
        for (const [n, line] of lines.entries()) {
          const [, { length: level } = '', title = ''] = /^(#+) (.*)/.exec(line) ?? [];
          if (level > 0 && level <= aside) aside = left.some((one) => title.endsWith(one)) ? level : 9;
          if (aside === 9 && !line.startsWith('## '))
            expect(result.text, lines.join('\n')).toContain(`w${n}w`);
        }
      }),
      { numRuns: 200 },
    );
  },
);

test('long runs made to be slow are not, whatever the format', async () => {
  const texts: Readonly<Record<'markdown' | 'spec-kit' | 'github', (long: string) => string>> = {
    markdown: (long) =>
      `# P\n\n## E${long}x\n\n- [ ] a${long}x\n- depends on a${long}x\n\n### ${long}x\n\n- b\n`,
    'spec-kit': (long) =>
      `# Tasks: F${long}x\n\n## Phase 1: A${long}x\n\n- [ ] T001 [US1] Do${long}x in src/a.ts\n- [ ] T002 b${long}x\n\n## Dependencies\n\n- T002 depends on ${long}x\n`,
    github: (long) =>
      JSON.stringify([
        {
          number: 1,
          title: `a${long}x`,
          body: `- [ ] a${long}x\nDepends on ${long}x`,
          labels: [],
          state: 'OPEN',
        },
        { number: 2, title: 'b', body: `a${long}x. Blocked by #1`, labels: [], state: 'OPEN' },
      ]),
  };
  for (const [format, sourceOf] of Object.entries(texts)) {
    for (const unit of [' ', '\t', '.', './', '*', '`', '(', '[', '#']) {
      const source = sourceOf(unit.repeat(100_000 / unit.length));
      const took = await processorTime(() => run(source, format as ImportFormat));
      expect(took, `${format} ${JSON.stringify(unit)}`).toBeLessThan(5_000);
    }
  }
});
