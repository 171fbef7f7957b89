import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPrd } from '../../src/source/load-prd.ts';

const docs = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'authoring.md'), 'utf8');
const fileOf = (name: string): string => join(docs, 'authoring', `${name}.json`);

test('the page shows the bad PRD beside the good one, as they are', () => {
  const shown = [...page.matchAll(/```json\n(.*?)```/gs)].map((match) => match[1]);
  expect(shown).toEqual(['bad', 'good'].map((name) => readFileSync(fileOf(name), 'utf8')));
});

test('the good one has no finding', async () => {
  const { prd, diagnostics } = await loadPrd(fileOf('good'), { lint: true });
  expect(diagnostics).toEqual([]);
  expect(prd).not.toBeNull();
});

test('the bad one has the findings that the page names, in their order', async () => {
  const { prd, diagnostics } = await loadPrd(fileOf('bad'), { lint: true });
  const named = [...page.matchAll(/^\| `([\w-]+)` \| (.*?) \|/gm)];
  expect(diagnostics.map((one) => one.code)).toEqual(named.map((match) => match[1]));
  expect(page).toContain('has seven findings');
  expect(diagnostics).toHaveLength(7);
  expect(prd).not.toBeNull();
});
