import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addFirstMember, appendItems, applyEdits, setMember } from '../../src/source/json-edit.ts';
import { parseJson } from '../../src/source/json.ts';
import { member } from '../../src/source/prd-tree.ts';
import { applyProgress, type EpicProgress } from '../../src/source/write-prd.ts';

const root = (text: string) => parseJson(text).root!;

const OBJECT = '{\r\n\t"a": 1,\r\n\t"list": [\r\n\t\t{ "x": 1 }\r\n\t]\r\n}\r\n';

test('a value takes the place of the old one, in its layout', () => {
  const set = (text: string, name: string, value: unknown): string =>
    applyEdits(text, setMember(text, root(text), name, value));
  expect(set(OBJECT, 'a', 'b')).toBe(OBJECT.replace('1,', '"b",'));
  expect(set(OBJECT, 'list', ['p', 'q'])).toBe(
    '{\r\n\t"a": 1,\r\n\t"list": [\r\n\t\t"p",\r\n\t\t"q"\r\n\t]\r\n}\r\n',
  );
  expect(set('{"list": ["p"], "b":1}', 'list', ['p', 'q'])).toBe('{"list": ["p","q"], "b":1}');
});

test('what is added looks like what is there', () => {
  const set = (text: string, name: string, value: unknown): string =>
    applyEdits(text, setMember(text, root(text), name, value));
  expect(set(OBJECT, 'new', ['p'])).toBe(OBJECT.replace(']\r\n}', '],\r\n\t"new": [\r\n\t\t"p"\r\n\t]\r\n}'));
  expect(set('{"id": 1}', 'b', true)).toBe('{"id": 1, "b": true}');
  expect(applyEdits(OBJECT, addFirstMember(OBJECT, root(OBJECT), '$schema', './x'))).toBe(
    OBJECT.replace('\t"a"', '\t"$schema": "./x",\r\n\t"a"'),
  );
  const list = member(root(OBJECT), 'list')!;
  expect(applyEdits(OBJECT, appendItems(OBJECT, list, [{ y: [1] }, 2]))).toBe(
    OBJECT.replace(
      '{ "x": 1 }',
      '{ "x": 1 },\r\n\t\t{\r\n\t\t\t"y": [\r\n\t\t\t\t1\r\n\t\t\t]\r\n\t\t},\r\n\t\t2',
    ),
  );
  const inline = '{"list": [{"x": 1}, {"x": 2}]}';
  expect(applyEdits(inline, appendItems(inline, member(root(inline), 'list')!, [{ x: 3 }]))).toBe(
    '{"list": [{"x": 1}, {"x": 2}, {"x":3}]}',
  );
});

/** Any layout that JSON allows: blanks and line breaks wherever they may be. */
const blank = fc
  .array(fc.constantFrom(' ', '\n', '\t', '\r\n'), { maxLength: 3 })
  .map((parts) => parts.join(''));
type Written = { readonly text: string; readonly meant: string };

/** The text of a PRD, and the same with other values in the fields that a run writes: both from one template. */
const prdText = (
  blanks: readonly string[],
  epics: readonly EpicShape[],
  updates: readonly EpicProgress[],
): Written => {
  let at = 0;
  const gap = (): string => blanks[at++ % blanks.length] ?? '';
  const both = (text: string, meant: string): string => `\u0001${text}\u0002${meant}\u0003`;
  const field = (key: string, value: string): string => `${gap()}"${key}"${gap()}:${gap()}${value}${gap()}`;
  const template = epics
    .map((epic) => {
      const update = updates.find(({ id }) => id === epic.id);
      const stories = epic.stories.map((story) => {
        const to = update?.stories.find(({ id }) => id === story.id);
        const passes = both(String(story.passes), String(to?.passes ?? story.passes));
        const reason = JSON.stringify(story.reason);
        const why = both(reason, to === undefined ? reason : JSON.stringify(to.failureReason));
        const fields = [
          field('passes', passes),
          field('note', story.note),
          field('id', `"${story.id}"`),
          field('failureReason', why),
        ];
        return `${gap()}{${fields.join(',')}}${gap()}`;
      });
      const status = both(`"${epic.status}"`, `"${update?.status ?? epic.status}"`);
      const fields = [
        field('id', `"${epic.id}"`),
        field('userStories', `[${stories.join(',')}]`),
        field('status', status),
        field('extra', epic.extra),
      ];
      return `${gap()}{${fields.join(',')}}${gap()}`;
    })
    .join(',');
  const whole = `${gap()}{${field('epics', `[${template}]`)}}${gap()}`;
  const pick = (which: '$1' | '$2'): string =>
    whole.replace(/\u0001([^\u0002]*)\u0002([^\u0003]*)\u0003/g, which);
  return { text: pick('$1'), meant: pick('$2') };
};

interface EpicShape {
  readonly id: string;
  readonly status: string;
  readonly extra: string;
  readonly stories: readonly {
    readonly id: string;
    readonly passes: boolean;
    readonly reason: string | null;
    readonly note: string;
  }[];
}

test('write-back into a PRD of any layout changes the fields that are meant, and no other byte', () => {
  const id = fc.constantFrom('A', 'B', 'C');
  const status = fc.constantFrom('pending', 'completed', 'partial', 'failed', 'merge-failed');
  // Escapes that JSON.stringify would write in another way, and numbers in odd forms.
  const odd = fc.constantFrom(
    '1.50e+2',
    '"\\u0041\\/"',
    '{ }',
    '[ 1 ,2]',
    '"passes"',
    '-0',
    '"\\"status\\": \\"failed\\""',
  );
  const reason = fc.option(fc.constantFrom('it broke', 'a "quote"\n', ''));
  const story = fc.record({ id, passes: fc.boolean(), reason, note: odd });
  const epic = fc.record({
    id,
    status,
    extra: odd,
    stories: fc.uniqueArray(story, { selector: (one) => one.id }),
  });
  const update = fc.record({
    id,
    status,
    stories: fc.uniqueArray(fc.record({ id, passes: fc.boolean(), failureReason: reason }), {
      selector: (one) => one.id,
    }),
  });
  fc.assert(
    fc.property(
      fc.array(blank, { minLength: 1, maxLength: 40 }),
      fc.uniqueArray(epic, { selector: (one) => one.id }),
      fc.uniqueArray(update, { selector: (one) => one.id }),
      (blanks, epics, updates) => {
        const { text, meant } = prdText(blanks, epics, updates);
        JSON.parse(text);
        expect(applyProgress(text, updates)).toEqual({ ok: true, value: meant });
      },
    ),
    { numRuns: 300 },
  );
});
