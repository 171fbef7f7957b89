import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { EPIC_STATUSES, epicSchema, prdSchema, storySchema } from '../../src/domain/prd.ts';
import { checkPrd } from '../../src/source/load-prd.ts';
import { SourceText } from '../../src/source/text.ts';

test('docs/prd.md has every key and whether it has to be there, every status, and a PRD that is valid', async () => {
  const text = await readFile('docs/prd.md', 'utf8');
  const rows = (table: string): readonly string[] =>
    [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => cell ?? []).toSorted();
  const keys = (shape: Readonly<Record<string, { safeParse(value: undefined): { success: boolean } }>>) =>
    Object.entries(shape)
      .map(([key, schema]) => `\`${key}\`${schema.safeParse(undefined).success ? '' : ' *'}`)
      .toSorted();
  const [, prd = '', epic = '', story = ''] = text.split(/^## /m);
  const [ofEpic = '', statuses = ''] = epic.split('| `status` | |\n');
  expect(rows(prd)).toEqual(keys(prdSchema.shape));
  expect(rows(ofEpic)).toEqual(keys(epicSchema.shape));
  expect(rows(statuses)).toEqual(EPIC_STATUSES.map((status) => `\`${status}\``).toSorted());
  expect(rows(story)).toEqual(keys(storySchema.shape));

  const [, example = ''] = /```json\n(.*?)```/s.exec(text) ?? [];
  expect((await checkPrd(new SourceText('prd.json', example))).diagnostics).toEqual([]);
});
