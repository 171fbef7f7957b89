import { expect, test } from 'vitest';
import { lintPrd } from '../../../src/domain/lint/lint.ts';
import { prdSchema } from '../../../src/domain/prd.ts';
import { bad, good } from './corpus.ts';

const rulesOf = (criterion: string): readonly string[] =>
  lintPrd(
    prdSchema.parse({
      project: 'P',
      epics: [
        { id: 'E', title: 'E', userStories: [{ id: 'S', title: 'S', acceptanceCriteria: [criterion] }] },
      ],
    }),
  ).map(({ rule }) => rule);

test('criteria that say what is to be seen have no finding', () => {
  expect(good.map((text) => [text, rulesOf(text)]).filter(([, rules]) => rules?.length !== 0)).toEqual([]);
  expect(good.length).toBeGreaterThan(80);
});

test('criteria that make a run fail have exactly the finding that says why', () => {
  expect(bad.map(([text]) => [text, ...rulesOf(text)])).toEqual(bad);
});
