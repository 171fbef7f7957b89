import { expect, test } from 'vitest';
import { sarifLog } from '../../src/report/sarif.ts';

test('what quotes a PRD becomes neither a link nor an escape sequence, and a file elsewhere has its own address', () => {
  const { runs } = sarifLog({
    diagnostics: [
      {
        severity: 'warning',
        code: 'large-story',
        message: 'epics[0]: "[click](http://example.com) \u001b[31mnow\u202e"',
        file: '../other.json',
        fix: 'make a story of each',
      },
    ],
    version: '1.2.3',
    uriOf: () => 'file:///elsewhere/other.json',
  });
  const [result] = runs[0]?.results ?? [];
  expect(result?.message.text).toBe(
    String.raw`Epics\[0\]: "\[click\](http://example.com) now". Fix: make a story of each.`,
  );
  expect(result?.locations).toEqual([
    { physicalLocation: { artifactLocation: { uri: 'file:///elsewhere/other.json' } } },
  ]);
});
