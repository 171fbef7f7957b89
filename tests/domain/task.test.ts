import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prdSchema } from '../../src/domain/prd.ts';
import { printable } from '../../src/domain/printable.ts';
import type { RunState } from '../../src/domain/state.ts';
import { runsBefore, taskPrd } from '../../src/domain/task.ts';

const epicsOf = (asked: string, verify: readonly string[] = []): unknown => {
  const prd = taskPrd(asked, { id: 'task-abc234', verify });
  return prd.ok ? (prd.value as { epics: unknown }).epics : prd.error.what;
};

test('a sentence is title and criterion; more than that is the description', () => {
  expect(epicsOf('  Mend the typo\n', ['npm test'])).toEqual([
    {
      id: 'task-abc234',
      title: 'Mend the typo',
      userStories: [{ id: 'US-001', title: 'Mend the typo', acceptanceCriteria: ['Mend the typo'] }],
      verify: ['npm test'],
    },
  ]);
  expect(epicsOf('Add --json\r\n\r\n- one object\n- exit code 0')).toEqual([
    {
      id: 'task-abc234',
      title: 'Add --json',
      userStories: [
        {
          id: 'US-001',
          title: 'Add --json',
          description: 'Add --json\n\n- one object\n- exit code 0',
          acceptanceCriteria: ['All that the description asks for is done'],
        },
      ],
    },
  ]);
});

test('whatever is asked makes a valid PRD that says nothing but that, or is refused', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.lorem({ mode: 'sentences', maxCount: 20 }),
  );
  fc.assert(
    fc.property(words, (asked) => {
      const prd = taskPrd(asked, { id: 'task-abc234', verify: [] });
      const text = printable(asked, { multiline: true }).trim();
      expect(prd.ok).toBe(text !== '');
      if (!prd.ok) return;
      const { epics, project } = prdSchema.parse(prd.value);
      expect(epics).toHaveLength(1);
      const [story] = epics[0]?.userStories ?? [];
      expect(`${story?.description}${story?.acceptanceCriteria.join()}`).toContain(text);
      for (const title of [project, epics[0]?.title ?? '', story?.title ?? '']) {
        expect(title.length).toBeLessThanOrEqual(100);
        expect(printable(title)).toBe(title);
      }
    }),
    { numRuns: 50 },
  );
});

test('a run follows on runs over any PRD of the person, a task on nothing but itself', () => {
  const run = (prd: string): RunState => ({ started: { prd } }) as RunState;
  const [t1, t2] = ['.teams/tasks/1/prd.json', '.teams/tasks/2/prd.json'];
  const runs = [t1, 'prd.json', t2, 'docs/prd.json', t1].map(run);
  const before = (prd: string): readonly string[] => runsBefore(runs, prd).map(({ started }) => started.prd);
  expect(before('prd.json')).toEqual(['prd.json', 'docs/prd.json']);
  expect(before(t1)).toEqual([t1, t1]);
  expect(before(t2)).toEqual([t2]);
  expect(before('.teams/tasks/3/prd.json')).toEqual([]);
});
