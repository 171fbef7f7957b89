import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellPath, shellWord } from '../../src/domain/shell-word.ts';

/** The words that a shell makes of it. */
const asRead = (command: string): readonly string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

const name = fc
  .string({ unit: fc.constantFrom(...Array.from('aZ09 .,;:!?*~^&|<>()[]{}$`"\'\\/=%@+-#_é𠀀')) })
  .map((text) => text.trim());

test('a shell reads back every name as one word', () => {
  fc.assert(
    fc.property(fc.array(name, { minLength: 50, maxLength: 50 }), (names) => {
      expect(asRead(names.map(shellWord).join(' '))).toEqual(names);
    }),
    { numRuns: 20 },
  );
});

test('what needs no quotes has none; escape sequences are gone', () => {
  expect(
    ['teams/20261121-x', 'a b', 'a;b', "it's", '$(id)', '=ls', '', 'a\u001b[2Jb c'].map(shellWord),
  ).toEqual(['teams/20261121-x', "'a b'", "'a;b'", `'it'\\''s'`, "'$(id)'", "'=ls'", "''", "'ab c'"]);
});

test('a path is never an option', () => {
  expect(['-rf', '-r f', 'a/-b'].map(shellPath)).toEqual(['./-rf', "'./-r f'", 'a/-b']);
});
