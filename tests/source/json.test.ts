import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonNode, parseJson } from '../../src/source/json.ts';

const messages = (text: string): string[] =>
  parseJson(text).findings.map(
    ({ message, start, end, fix }) => `${start}-${end} ${message}${fix === undefined ? '' : ` | ${fix}`}`,
  );

test('reads every JSON value as JSON.parse does, and knows where each part is', () => {
  const check = (text: string, node: JsonNode): void => {
    expect(JSON.parse(text.slice(node.start, node.end))).toEqual(node.value);
    node.items?.forEach((item) => {
      check(text, item);
    });
    node.members?.forEach(({ key, node: value }, name) => {
      expect(JSON.parse(text.slice(key.start, key.end))).toBe(name);
      check(text, value);
    });
  };
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }),
      fc.constantFrom(undefined, 1, '\t'),
      (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { root, findings } = parseJson(text);
        expect(findings).toEqual([]);
        expect(root?.value).toEqual(JSON.parse(text));
        check(text, root!);
      },
    ),
  );
});

test('accepts exactly what JSON.parse accepts', () => {
  const fragment = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '1',
    '01',
    '-',
    '1.',
    '1e5',
    'true',
    'nul',
    ' ',
    '\n',
    '"\\q"',
    '"\t"',
    '//x\n',
    "'a'",
  );
  const valid = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 9 }), (fragments) => {
      const text = fragments.join('');
      const findings = parseJson(text).findings.filter(({ code }) => code !== 'duplicate-key');
      expect(findings.length === 0).toBe(valid(text));
    }),
    { numRuns: 3000 },
  );
});

test('goes on after mistakes whose meaning is clear', () => {
  expect(messages('{ // x\n "a": [1,], "b": "\t"\n "c": 2, }')).toEqual([
    '2-6 JSON has no comments | remove the comment',
    '15-16 JSON has no comma after the last entry | remove the comma',
    '24-27 the text has a raw control character | write it as an escape: \\t, \\n, \\u001b',
    '26-27 a comma is missing after this value | add ","',
    '35-36 JSON has no comma after the last entry | remove the comma',
  ]);
});

test('says what it expected where it cannot go on', () => {
  expect(messages('')).toEqual(['0-0 the file is empty']);
  expect(messages('{"a"')).toEqual(['4-4 the file ends where ":" is expected']);
  expect(messages('{a: 1}')).toEqual([
    '1-2 expected a property name in double quotes, found "a" | put it in double quotes: "a"',
  ]);
  expect(messages("['x']")).toEqual(['1-4 expected a value, found "\'x\'" | put it in double quotes: "x"']);
  expect(messages('["x\n"]')).toEqual([
    '1-3 the text has no closing quote on its line | close it with ", and write line breaks as \\n',
  ]);
  expect(messages('{} x')).toEqual(['3-4 there is more text after the end of the JSON value']);
});

test('a key that is given twice is named with its first place; the last one counts', () => {
  const { root, findings } = parseJson('{"a": 1, "a": 2}');
  expect(root?.value).toEqual({ a: 2 });
  expect(findings[0]).toMatchObject({
    code: 'duplicate-key',
    start: 9,
    related: { at: { start: 1, end: 4 } },
  });
});

test('deep nesting, a flood of values and __proto__ do no harm', () => {
  expect(parseJson('['.repeat(10_000)).findings[0]?.code).toBe('nested-too-deep');
  expect(parseJson('{"a":'.repeat(10_000)).findings[0]?.code).toBe('nested-too-deep');
  expect(parseJson(`[${'0,'.repeat(700_000)}0]`).findings[0]?.code).toBe('too-many-values');
  const value = parseJson('{"__proto__": {"polluted": true}}').root?.value as Record<string, unknown>;
  expect([Object.keys(value), value['polluted']]).toEqual([['__proto__'], undefined]);
});
