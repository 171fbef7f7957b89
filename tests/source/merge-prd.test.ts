import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prdSchema } from '../../src/domain/prd.ts';
import { mergeEpics } from '../../src/source/merge-prd.ts';

const epic = (id: string, more: object = {}): Record<string, unknown> => ({
  id,
  title: `Epic ${id}`,
  userStories: [{ id: `US-${id.slice(-3)}`, title: 'Start', acceptanceCriteria: ['it starts'] }],
  ...more,
});

function merge(file: string, ...epics: readonly object[]) {
  const merged = mergeEpics(file, prdSchema.parse(JSON.parse(file.replace(/^\ufeff/, ''))), { epics });
  if (merged === null) throw new Error('it was not merged');
  return merged;
}

test('ids that are taken are counted on, and what names them follows', () => {
  const file = JSON.stringify({ project: 'A', epics: [epic('EPIC-001'), epic('EPIC-002'), epic('shop')] });
  const merged = merge(
    file,
    epic('EPIC-002', { title: 'Cart' }),
    epic('epic-001', { title: 'Other', dependsOn: ['EPIC-002', 'EPIC-001', 'nowhere'] }),
    epic('shop', { title: 'Another shop', userStories: [] }),
    epic('EPIC-003', { dependsOn: ['shop', 'EPIC-002'] }),
    epic('EPIC-001'),
  );
  expect(merged).toMatchObject({
    added: ['EPIC-004', 'epic-005', 'shop-2', 'EPIC-003'],
    skipped: ['EPIC-001'],
    renamed: [
      { from: 'EPIC-002', to: 'EPIC-004' },
      { from: 'epic-001', to: 'epic-005' },
      { from: 'shop', to: 'shop-2' },
      { from: 'EPIC-002 US-002', to: 'US-004' },
      { from: 'epic-001 US-001', to: 'US-005' },
    ],
  });
  const { epics } = JSON.parse(merged.text) as { epics: Record<string, unknown>[] };
  expect(epics.slice(3)).toMatchObject([
    { id: 'EPIC-004', title: 'Cart', userStories: [{ id: 'US-004' }] },
    // EPIC-001 is the one that is there; the other name was of the draft.
    { id: 'epic-005', dependsOn: ['EPIC-004', 'EPIC-001', 'nowhere'] },
    { id: 'shop-2' },
    { id: 'EPIC-003', dependsOn: ['shop-2', 'EPIC-004'], userStories: [{ id: 'US-003' }] },
  ]);
});

test('the file keeps its layout', () => {
  const added = { id: 'B', title: 'Two', userStories: [{ id: 'U', title: 'V', acceptanceCriteria: ['w'] }] };
  const file = `\ufeff{\r\n\t"project": "A", "epics" : [\r\n\t\t{\r\n\t\t\t"id": "A", "title": "One",\r\n\t\t\t"userStories": [{"id": "S", "title": "T", "acceptanceCriteria": ["u"]}]\r\n\t\t}\r\n\t], "mine": [1,2 ]}\r\n\r\n`;
  expect(merge(file, added).text).toBe(
    file.replace(
      '\t\t}\r\n\t], "mine"',
      [
        '\t\t},',
        '\t\t{',
        '\t\t\t"id": "B",',
        '\t\t\t"title": "Two",',
        '\t\t\t"userStories": [',
        '\t\t\t\t{',
        '\t\t\t\t\t"id": "U",',
        '\t\t\t\t\t"title": "V",',
        '\t\t\t\t\t"acceptanceCriteria": [',
        '\t\t\t\t\t\t"w"',
        '\t\t\t\t\t]',
        '\t\t\t\t}',
        '\t\t\t]',
        '\t\t}',
        '\t], "mine"',
      ].join('\r\n'),
    ),
  );
  const flat = JSON.stringify({ project: 'A', epics: [epic('A')], more: null });
  expect(merge(flat, added).text).toBe(flat.replace('],"more"', `, ${JSON.stringify(added)}],"more"`));
});

test('nothing new leaves the file as it is', () => {
  const file = JSON.stringify({ project: 'A', epics: [epic('A')] });
  expect(merge(file, epic('A'))).toEqual({ text: file, added: [], renamed: [], skipped: ['A'] });
});

test('whatever the layout and the ids are: every old byte is there, and so is every new epic, with an id of its own', () => {
  const id = fc.constantFrom(
    'EPIC-001',
    'epic-001',
    'EPIC-009',
    'EPIC-010',
    'A',
    'a',
    'shop',
    'x'.repeat(64),
    `${'x'.repeat(62)}99`,
  );
  const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 5, selector: (text) => text.toLowerCase() });
  const layout = fc.constantFrom(undefined, 1, 2, 4, '\t');
  fc.assert(
    fc.property(ids, ids, layout, fc.boolean(), (there, fresh, indent, crlf) => {
      const plain = `${JSON.stringify({ project: 'A', epics: there.map((name) => epic(name)), more: { x: [] } }, null, indent)}\n`;
      const file = crlf ? plain.replaceAll('\n', '\r\n') : plain;
      const draft = fresh.map((name, index) =>
        epic(name, { title: `New ${index}`, dependsOn: fresh.slice(0, index) }),
      );
      const { text, added } = merge(file, ...draft);
      const { epics, ...rest } = prdSchema.parse(JSON.parse(text));
      const old = prdSchema.parse(JSON.parse(file));
      expect({ ...rest, epics: epics.slice(0, there.length) }).toEqual(old);
      expect(epics.slice(there.length).map((one) => [one.id, one.title, one.dependsOn])).toEqual(
        added.map((name, index) => [name, `New ${index}`, added.slice(0, index)]),
      );
      expect(new Set(epics.map((one) => one.id.toLowerCase())).size).toBe(there.length + fresh.length);
      expect(commonStart(file, text) + commonStart(reversed(file), reversed(text))).toBeGreaterThanOrEqual(
        file.length,
      );
      if (indent !== undefined) expect(text).toBe(layoutLike(JSON.parse(text), indent, crlf));
    }),
    { numRuns: 200 },
  );
});

const layoutLike = (value: unknown, indent: number | string, crlf: boolean): string =>
  `${JSON.stringify(value, null, indent)}\n`.replaceAll('\n', crlf ? '\r\n' : '\n');

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

const reversed = (text: string): string => text.split('').toReversed().join('');
