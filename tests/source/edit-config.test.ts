import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editConfig } from '../../src/source/edit-config.ts';
import type { YamlChange } from '../../src/source/edit-yaml.ts';
import { parseYaml } from '../../src/source/yaml.ts';

const change = (path: string, value: YamlChange['value']): YamlChange => ({
  path: path.split('.') as unknown as YamlChange['path'],
  value,
});

const HAND_WRITTEN = `# Ours.
backend: claude              # the one that we pay for
parallel: 1                  # sessions at a time
timeouts: { epic: 60m, idle: 10m }   # enough

# What CI does.
verify:
  # types first
  - npm run types
  - npm test   # all of them

  # slow
  - npm run e2e
models:
  teamLead: opus
  # cheap
  small: 'haiku'

# The end.
`;

describe('a file that a person wrote', () => {
  test.each<[string, YamlChange, (text: string) => string]>([
    [
      'a value, and the comment behind it stays in its column',
      change('backend', 'codex'),
      (text) => text.replace('backend: claude              # the', 'backend: codex               # the'),
    ],
    [
      'a value that is longer than there is room',
      change('backend', 'opencode-of-the-next-generation'),
      (text) => text.replace('claude              #', 'opencode-of-the-next-generation #'),
    ],
    [
      'a number',
      change('parallel', 12),
      (text) => text.replace('1                  #', '12                 #'),
    ],
    ['a value in braces', change('timeouts.idle', '1h'), (text) => text.replace('idle: 10m', 'idle: 1h')],
    [
      'a new value in braces',
      change('timeouts.run', '9h'),
      (text) => text.replace('idle: 10m }', 'idle: 10m, run: 9h }'),
    ],
    ['one less in braces', change('timeouts.idle', null), (text) => text.replace(', idle: 10m', '')],
    ['the first in braces', change('timeouts.epic', null), (text) => text.replace('epic: 60m, ', '')],
    ['a quoted value', change('models.small', 'gpt: 5'), (text) => text.replace(`'haiku'`, '"gpt: 5"')],
    [
      'a new key below another',
      change('models.builder', 'sonnet'),
      (text) => text.replace(`small: 'haiku'\n`, `small: 'haiku'\n  builder: sonnet\n`),
    ],
    ['a key that goes', change('models.teamLead', null), (text) => text.replace('  teamLead: opus\n', '')],
    [
      'a new key, in its place',
      change('preset', 'full'),
      (text) => text.replace('we pay for\n', 'we pay for\npreset: full\n'),
    ],
    [
      'a new list, apart like its neighbours',
      change('setup', ['npm ci', 'a "b" #c']),
      (text) =>
        text
          .replace('10m idle', '')
          .replace('sessions at a time\n', 'sessions at a time\nsetup:\n  - npm ci\n  - "a \\"b\\" #c"\n'),
    ],
    [
      'a new part',
      change('planning.epic', 'always'),
      (text) => text.replace('models:\n', 'planning:\n  epic: always\nmodels:\n'),
    ],
    [
      'a list that grows, shrinks and changes its order',
      change('verify', ['npm run e2e', 'npm run types', 'npm run lint']),
      (text) =>
        text.replace(
          /verify:\n[^]*?models:/,
          'verify:\n  # types first\n  # slow\n  - npm run e2e\n  - npm run types\n  - npm run lint\nmodels:',
        ),
    ],
  ])('%s', (_, wanted, expected) => {
    expect(editConfig(HAND_WRITTEN, [wanted])).toBe(expected(HAND_WRITTEN));
  });

  test.each<[string, YamlChange, string, string]>([
    ['an empty file', change('backend', 'codex'), '', 'backend: codex\n'],
    ['comments only', change('timeouts.epic', '2h'), '# todo', '# todo\ntimeouts:\n  epic: 2h\n'],
    [
      'a list that ends',
      change('setup', []),
      'setup:\n  - a\n  - b\nparallel: 2\n',
      'setup: []\nparallel: 2\n',
    ],
    ['a list that begins', change('setup', ['a']), 'setup: [] # yet\n', 'setup: ["a"] # yet\n'],
    ['the last model', change('models.small', null), 'models:\n  small: x\nparallel: 2\n', 'parallel: 2\n'],
    [
      'Windows',
      change('parallel', 3),
      'version: 1\r\nland: leave\r\n',
      'version: 1\r\nparallel: 3\r\nland: leave\r\n',
    ],
    ['no line break at the end', change('parallel', 3), 'version: 1', 'version: 1\nparallel: 3'],
    [
      'JSON',
      change('parallel', 3),
      '{\n  "version": 1,\n  "backend": "x"\n}\n',
      '{\n  "version": 1,\n  "backend": "x",\n  "parallel": 3\n}\n',
    ],
    ['JSON on a line', change('preset', 'full'), '{"version": 1}', '{"version": 1, "preset": "full"}'],
    ['an empty part', change('models.small', 'x'), 'models: {}\n', 'models: { small: x }\n'],
  ])('%s', (_, wanted, before, after) => {
    expect(editConfig(before, [wanted])).toBe(after);
  });

  test('what only the library can lay out loses no comment and means the same', () => {
    const before = 'verify: [\n  "a", # first\n  "b" # second\n]\nsetup: # nothing yet\n# end\n';
    const after = editConfig(before, [change('verify', ['b', 'c']), change('setup', ['x'])]);
    expect(parseYaml(after ?? '').value).toEqual({ verify: ['b', 'c'], setup: ['x'] });
    expect(after).toBe(
      'verify:\n  [\n    "b", # second\n    c\n  ]\nsetup:\n  - x\n  # nothing yet\n  # end\n',
    );
  });

  test('an alias is left alone', () => {
    const before = 'timeouts: { epic: &t 1h, idle: *t }\n';
    expect(editConfig(before, [change('timeouts.run', '2h')])).toBe(
      'timeouts: { epic: &t 1h, idle: *t }\n'.replace('*t }', '*t, run: 2h }'),
    );
    expect(editConfig(before, [change('timeouts.epic', '2h')])).toBe(null);
  });
});

const text = fc.oneof(
  fc.constantFrom(
    'npm ci',
    'yes',
    '60m',
    '1.5',
    '#x',
    'a: b',
    "it's",
    '- x',
    '{',
    'null',
    '~',
    'a  b ',
    'x\ny',
  ),
  fc.string({ minLength: 1, unit: 'grapheme' }),
);
const anyChange: fc.Arbitrary<YamlChange> = fc.oneof(
  fc.record({ path: fc.constantFrom(['backend'], ['base']), value: text }),
  fc.record({ path: fc.constant(['parallel'] as [string]), value: fc.integer({ min: 1, max: 64 }) }),
  fc.record({
    path: fc.constantFrom(['setup'], ['verify'], ['copy']),
    value: fc.array(text, { maxLength: 4 }),
  }),
  fc.record({
    path: fc.tuple(fc.constant('models'), fc.constantFrom('small', 'teamLead', 'builder')),
    value: fc.option(text),
  }),
);

const STARTS = [
  '',
  HAND_WRITTEN,
  '{ "backend": "x", "models": { "small": "y" }, "setup": [] }',
  '---\nsetup:\n- a\n- b\nmodels: {}\n...\n',
  'backend: >\n  folded\n  text\nmodels:\n\n    small:   x\n\n\n',
];

test('whatever is changed, the file means that, and its comments stay', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STARTS), fc.array(anyChange, { maxLength: 6 }), (start, changes) => {
      const after = editConfig(start, changes);
      // Only an alias could be in the way.
      expect(after).not.toBe(null);
      const { value, findings } = parseYaml(after ?? '');
      expect(findings).toEqual([]);
      const last = new Map(changes.map((one) => [one.path.join('.'), one.value]));
      const told = (value ?? {}) as Record<string, unknown>;
      for (const [path, wanted] of last) {
        const [key = '', inner] = path.split('.');
        const found =
          inner === undefined ? told[key] : (told[key] as Record<string, unknown> | undefined)?.[inner];
        expect(found ?? null).toEqual(wanted);
      }
      // Those of entries that go, go with them.
      for (const comment of ['# Ours.', '# What CI does.', '# The end.']) {
        if (start.includes(comment)) expect(after).toContain(comment);
      }
      expect(
        editConfig(
          after ?? '',
          changes.filter((one) => last.get(one.path.join('.')) === one.value),
        ),
      ).toBe(after);
    }),
    { numRuns: 150 },
  );
});
