import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { lintPrd } from '../../../src/domain/lint/lint.ts';
import { RULES } from '../../../src/domain/lint/rules.ts';
import { prdSchema } from '../../../src/domain/prd.ts';

const rulesIn = (epics: unknown): readonly string[] =>
  lintPrd(prdSchema.parse({ project: 'P', epics })).map(({ rule }) => rule);
const withCriterion = (criterion: string): object[] => [
  { id: 'E', title: 'E', userStories: [{ id: 'S', title: 'S', acceptanceCriteria: [criterion] }] },
];

test('docs/lint.md has every rule, with a bad example that has just this finding and a good one that has none', async () => {
  const text = await readFile('docs/lint.md', 'utf8');
  const sections = text.split(/^### /m).slice(1);
  expect(sections.map((section) => /^`(.*)`/.exec(section)?.[1])).toEqual(Object.keys(RULES));
  for (const section of sections) {
    const blocks = [...section.matchAll(/```json\n(.*?)```/gs)].map(
      ([, json]) => JSON.parse(json ?? '') as unknown,
    );
    const lines = [...section.matchAll(/^- (?:bad|good): `(.*)`$/gm)].map(([, line]) =>
      withCriterion(line ?? ''),
    );
    const id = /^`(.*)`/.exec(section)?.[1];
    expect([...blocks, ...lines].map(rulesIn)).toEqual([[id], []]);
  }
});
