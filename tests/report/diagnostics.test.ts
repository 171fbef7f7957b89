import { expect, test } from 'vitest';
import type { Diagnostic, Span } from '../../src/domain/diagnostics.ts';
import { renderDiagnostics } from '../../src/report/diagnostics.ts';

const span = (text: string, culprit: string, line = 12): Span => ({
  line,
  column: text.indexOf(culprit) + 1,
  length: culprit.length,
  text,
});
const reference: Diagnostic = {
  severity: 'error',
  code: 'unknown-reference',
  message: 'EPIC-003 depends on "EPIC-0O1", which does not exist',
  file: 'prd.json',
  at: span('      "dependsOn": ["EPIC-0O1"],', '"EPIC-0O1"'),
  fix: 'did you mean "EPIC-001"?',
};
const render = (...diagnostics: Diagnostic[]): string => renderDiagnostics(diagnostics, { color: false });

test('shows the place, the line, the culprit and the fix', () => {
  expect(render(reference))
    .toBe(`prd.json:12:21 error unknown-reference  EPIC-003 depends on "EPIC-0O1", which does not exist
  12 |       "dependsOn": ["EPIC-0O1"],
     |                     ^^^^^^^^^^
  fix: did you mean "EPIC-001"?
`);
});

test('shows related places, and findings without a place', () => {
  expect(
    render(
      {
        severity: 'warning',
        code: 'c',
        message: 'm',
        file: 'f',
        at: span('b', 'b', 9),
        related: [{ message: 'first here', at: span('  a', 'a', 3) }],
      },
      { severity: 'error', code: 'file-not-found', message: 'there is no such file', file: 'prd.json' },
    ),
  ).toBe(`f:9:1 warning c  m
  9 | b
    | ^
  first here (line 3)
  3 |   a
    |   ^

prd.json error file-not-found  there is no such file
`);
});

test('colours only where asked for', () => {
  expect(render(reference)).not.toContain('\u001b');
  expect(renderDiagnostics([reference], { color: true })).toContain('\u001b[31merror\u001b[39m');
});

test('cuts long lines around the culprit', () => {
  const text = `${'a'.repeat(5000)}"bad"${'z'.repeat(5000)}`;
  expect(render({ ...reference, at: span(text, '"bad"'), fix: 'f' }))
    .toBe(`prd.json:12:5001 error unknown-reference  EPIC-003 depends on "EPIC-0O1", which does not exist
  12 | …${'a'.repeat(20)}"bad"${'z'.repeat(75)}…
     | ${' '.repeat(21)}^^^^^
  fix: f
`);
  const whole = `"${'x'.repeat(10_000_000)}"`;
  expect(
    render({ ...reference, at: { line: 1, column: 1, length: whole.length, text: whole } }).length,
  ).toBeLessThan(400);
});

test('a line is cut to the terminal, so that its underline stays below it', () => {
  const text = `${'a'.repeat(300)}"bad"${'z'.repeat(300)}`;
  const rows = (columns: number): readonly string[] =>
    renderDiagnostics([{ ...reference, at: span(text, '"bad"') }], { color: false, columns })
      .split('\n')
      .slice(1, 3);
  expect(rows(60)).toEqual([
    `  12 | …${'a'.repeat(20)}"bad"${'z'.repeat(26)}…`,
    `     | ${' '.repeat(21)}^^^^^`,
  ]);
  expect(rows(60).map((row) => row.length)).toEqual([60, 33]);
  // Nothing to see is worse than what is wrapped.
  expect(rows(5)[0]).toBe(`  12 | …${'a'.repeat(15)}"bad"…`);
});

test('lets no terminal escape through and keeps the underline in place', () => {
  const text = '\t"t\u001b[31m\u202e日本": "x",';
  const shown = render({
    ...reference,
    message: 'bad \u001b]0;title\u0007\u001b[2Jtext\n\rmore',
    file: 'a\u001b[1m.json',
    at: span(text, '"x"'),
    fix: 'a\u0000b',
  });
  expect(shown).toBe(`a.json:12:15 error unknown-reference  bad text more
  12 |  "t日本": "x",
     | ${' '.repeat(10)}^^^
  fix: ab
`);
});

test('the underline is in its column after characters that look wide or are it', () => {
  expect(render({ ...reference, at: span('"©®™": "x"', '"x"') })).toContain(`\n     |        ^^^\n`);
  expect(render({ ...reference, at: span('"𠀀𠀁": "x"', '"x"') })).toContain(`\n     |         ^^^\n`);
});

test('a lone surrogate and a culprit past the end of the line are no trouble', () => {
  const shown = render({ ...reference, at: { line: 1, column: 500, length: 3, text: '"\ud800"' } });
  expect(shown).toContain('1 | "\ud800"');
});

test('shows the first fifty, errors before warnings, and says how many are left', () => {
  const warning: Diagnostic = { severity: 'warning', code: 'w', message: 'm', file: 'f' };
  const shown = render(...Array.from({ length: 60 }, () => warning), { ...warning, severity: 'error' });
  expect(shown.startsWith('f error w  m\n')).toBe(true);
  expect(shown.match(/warning/g)).toHaveLength(49);
  expect(shown.endsWith('… and 11 more\n')).toBe(true);
});
