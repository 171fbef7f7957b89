import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyPlanned, applyProgress, type EpicProgress } from '../../src/source/write-prd.ts';
import { processorTime } from '../rig/processor-time.ts';

const apply = (text: string, ...epics: EpicProgress[]): string => {
  const result = applyProgress(text, epics);
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
};
const done = (id: string, ...stories: string[]): EpicProgress => ({
  id,
  status: 'completed',
  stories: stories.map((story) => ({ id: story, passes: true, failureReason: null })),
});

test('changes the values that are there and nothing else', () => {
  const text = `\ufeff{\r\n\t"epics" : [ { "id":"E1", "status" :\t"pending","x":1.50e+2,
  "userStories":[{"passes":false,"id":"S1","failureReason":"it broke"},{"id":"S2","passes":false}] },
  {"id":"E2","status":"pending","userStories":[{"id":"S1","passes":false}]}], "é": "\\u00e9" }\r\n\r\n`;
  expect(apply(text, done('E1', 'S1')))
    .toBe(`\ufeff{\r\n\t"epics" : [ { "id":"E1", "status" :\t"completed","x":1.50e+2,
  "userStories":[{"passes":true,"id":"S1","failureReason":null},{"id":"S2","passes":false}] },
  {"id":"E2","status":"pending","userStories":[{"id":"S1","passes":false}]}], "é": "\\u00e9" }\r\n\r\n`);
});

test('adds a field that is missing in the style of its neighbours', () => {
  const failed: EpicProgress = {
    id: 'E1',
    status: 'partial',
    stories: [{ id: 'S1', passes: true, failureReason: 'a "b"\n' }],
  };
  expect(apply('{"epics":[{"id":"E1","userStories":[{"id":"S1"}]}]}', failed)).toBe(
    '{"epics":[{"id":"E1","userStories":[{"id":"S1","passes":true,"failureReason":"a \\"b\\"\\n"}],"status":"partial"}]}',
  );
  expect(
    apply('{"epics": [{\r\n  "userStories": [ { "t": 1, "id": "S1" } ],\r\n  "id" : "E1"\r\n}]}', failed),
  ).toBe(
    '{"epics": [{\r\n  "userStories": [ { "t": 1, "id": "S1", "passes": true, "failureReason": "a \\"b\\"\\n" } ],\r\n  "id" : "E1",\r\n  "status" : "partial"\r\n}]}',
  );
});

test('what is written already, or means the same, comes back as it was', () => {
  const text = '{"epics": [{"id": "E1", "userStories": [{"id": "S1"}]}]}';
  const pending: EpicProgress = {
    id: 'E1',
    status: 'pending',
    stories: [{ id: 'S1', passes: false, failureReason: null }],
  };
  expect(apply(text, pending)).toBe(text);
  const twice = apply(text, done('E1', 'S1'));
  expect(apply(twice, done('E1', 'S1'))).toBe(twice);
  expect(apply(text, done('E9', 'S1'))).toBe(text);
});

test('a text that is no JSON any more is a problem with a place', () => {
  const result = applyProgress('{\n  "epics": [}\n', [done('E1')]);
  expect(result).toEqual({
    ok: false,
    error: {
      code: 'prd-not-json',
      what: 'the PRD is not valid JSON any more: expected a value, found "}"',
      where: 'line 2, column 13',
      why: 'the status of epics and stories is written back into it',
      fix: 'run "teams validate" and mend what it names',
    },
  });
  expect(applyProgress('', [])).toMatchObject({ ok: false, error: { where: 'line 1, column 1' } });
  expect(apply('[1]', done('E1'))).toBe('[1]');
});

test('another tool sees the new values, the old rest and, without the fields written, the same bytes', () => {
  const ids = fc.constantFrom('A', 'B', 'C', 'D');
  const value = fc.jsonValue({ maxDepth: 2 });
  const storyIn = fc.record(
    {
      id: ids,
      passes: fc.oneof(fc.boolean(), value),
      failureReason: fc.oneof(fc.constant(null), value),
      extra: value,
    },
    { requiredKeys: ['id'] },
  );
  const epicIn = fc.record(
    {
      status: value,
      id: ids,
      more: value,
      userStories: fc.uniqueArray(storyIn, { selector: (story) => story.id, maxLength: 4 }),
    },
    { requiredKeys: ['id', 'userStories'] },
  );
  const progress: fc.Arbitrary<EpicProgress> = fc.record({
    id: ids,
    status: fc.constantFrom('pending', 'completed', 'partial', 'failed', 'merge-failed'),
    stories: fc.uniqueArray(
      fc.record({ id: ids, passes: fc.boolean(), failureReason: fc.option(fc.string({ unit: 'binary' })) }),
      { selector: (story) => story.id },
    ),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(epicIn, { selector: (epic) => epic.id, maxLength: 4 }),
      fc.uniqueArray(progress, { selector: (epic) => epic.id }),
      fc.constantFrom(undefined, 2, '\t'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (epics, updates, indent, newline, bom) => {
        const text =
          (bom ? '\ufeff' : '') +
          JSON.stringify({ project: 'P', epics }, null, indent).replaceAll('\n', newline);
        const written = apply(text, ...updates);
        const after = JSON.parse(written.replace('\ufeff', '')) as { epics: typeof epics };
        const expected = structuredClone(epics) as Record<string, unknown>[];
        const set = (object: Record<string, unknown>, key: string, to: unknown, absent: unknown): void => {
          if (key in object || to !== absent) object[key] = to;
        };
        for (const epic of expected) {
          const update = updates.find(({ id }) => id === epic['id']);
          if (update === undefined) continue;
          set(epic, 'status', update.status, 'pending');
          for (const story of epic['userStories'] as Record<string, unknown>[]) {
            const to = update.stories.find(({ id }) => id === story['id']);
            if (to === undefined) continue;
            set(story, 'passes', to.passes, false);
            set(story, 'failureReason', to.failureReason, null);
          }
        }
        expect(after.epics).toEqual(JSON.parse(JSON.stringify(expected)));
        // JSON.stringify of the expected value, fields in the order of the file, is the very text.
        const same =
          (bom ? '\ufeff' : '') +
          JSON.stringify({ project: 'P', epics: expected }, null, indent).replaceAll('\n', newline);
        expect(written).toBe(same);
        expect(apply(written, ...updates)).toBe(written);
      },
    ),
    { numRuns: 150 },
  );
});

test('planned: of epics that are named, and no other byte', () => {
  const text =
    '\ufeff{"epics":[ {"id":"E1", "planned" :false}, {"planned":true,"id":"E2"},\r\n {"id":"E3"}, {"id":"E4"} ]}';
  const after = applyPlanned(text, ['E1', 'E2', 'E3', 'E9']);
  expect(after).toEqual({
    ok: true,
    value:
      '\ufeff{"epics":[ {"id":"E1", "planned" :true}, {"planned":true,"id":"E2"},\r\n {"id":"E3","planned":true}, {"id":"E4"} ]}',
  });
  expect(applyPlanned('{', ['E1'])).toMatchObject({ ok: false, error: { code: 'prd-not-json' } });
});

test('a PRD of 2,000 epics takes no noticeable time', async () => {
  const stories = Array.from({ length: 5 }, (_, index) => ({ id: `S${index}`, title: 'T', passes: false }));
  const ids = Array.from({ length: 2000 }, (_, index) => `E${index}`);
  const text = JSON.stringify({ epics: ids.map((id) => ({ id, userStories: stories })) }, null, 2);
  let written = '';
  const took = await processorTime(() => {
    written = apply(text, ...ids.map((id) => done(id, 'S0', 'S1', 'S2', 'S3', 'S4')));
  });
  // A fifth of a second; an edit at a time would take minutes.
  expect(took).toBeLessThan(10_000);
  expect(written.match(/"passes": true/g)).toHaveLength(10_000);
});
