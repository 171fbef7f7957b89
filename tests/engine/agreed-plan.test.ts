import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parsePlan,
  planRemarks,
  planStanding,
  type PlanStanding,
  renderPlan,
} from '../../src/domain/agreed-plan.ts';
import { planHash } from '../../src/engine/agreed-plan.ts';

const hash = fc.stringMatching(/^[0-9a-f]{16}$/);
const epicId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const markdown = fc.string({ unit: 'binary' }).filter((text) => text.trim() !== '');

test('a plan that is stored is read back, also after an editor has changed its line ends', () => {
  fc.assert(
    fc.property(epicId, hash, markdown, (id, of, text) => {
      const plan = { epicId: id, hash: of, text };
      const read = parsePlan(renderPlan(plan));
      expect(read).toEqual({ ...plan, text: `${text.trimEnd()}\n` });
      expect(planStanding({ id, planned: true }, of, renderPlan(plan))).toBe('agreed');
    }),
  );
  const edited = renderPlan({ epicId: 'E1', hash: '0123456789abcdef', text: '# Do it' }).replaceAll(
    '\n',
    '\r\n',
  );
  expect(parsePlan(edited)).toMatchObject({ epicId: 'E1', hash: '0123456789abcdef' });
});

test('whatever else a file holds is no plan', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parsePlan(text) === null));
  const good = renderPlan({ epicId: 'E1', hash: '0123456789abcdef', text: 'Do it' });
  for (const bad of [good.replace('version: 1', 'version: 2'), good.replace('Do it', ' '), good.slice(1)]) {
    expect(parsePlan(bad)).toBeNull();
  }
  const standing = (
    planned: boolean,
    file: string | null,
    id = 'E1',
    now = '0123456789abcdef',
  ): PlanStanding => planStanding({ id, planned }, now, file);
  expect(standing(true, good)).toBe('agreed');
  expect(standing(false, good)).toBe('none');
  expect(standing(true, null)).toBe('missing');
  expect(standing(true, good, 'E1', 'f'.repeat(16))).toBe('stale');
  expect(standing(true, good, 'E2')).toBe('unreadable');
  expect(standing(true, '')).toBe('unreadable');
});

test('the hash is of what a planner sees of the work, and of nothing else', () => {
  const story = fc.record({
    id: fc.constantFrom('S1', 'S2', 'S3'),
    title: fc.string(),
    description: fc.string(),
    acceptanceCriteria: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
  });
  const epic = fc.record({
    title: fc.string(),
    description: fc.string(),
    userStories: fc.uniqueArray(story, { selector: ({ id }) => id, minLength: 1 }),
  });
  fc.assert(
    fc.property(epic, fc.string({ minLength: 1 }), (text, more) => {
      const before = planHash(text);
      expect(before).toMatch(/^[0-9a-f]{16}$/);
      const same = {
        ...text,
        status: 'partial',
        planned: true,
        userStories: text.userStories
          .toReversed()
          .map((one) => ({ ...one, passes: true, failureReason: more })),
      };
      expect(planHash(same)).toBe(before);
      const [first] = text.userStories;
      for (const edited of [
        { ...text, title: text.title + more },
        { ...text, description: text.description + more },
        { ...text, userStories: text.userStories.slice(1) },
        {
          ...text,
          userStories: [...text.userStories.slice(1), { ...first, title: `${first?.title}${more}` }],
        },
        {
          ...text,
          userStories: [
            ...text.userStories.slice(1),
            { ...first, acceptanceCriteria: [...(first?.acceptanceCriteria ?? []), more] },
          ],
        },
      ]) {
        expect(planHash(edited)).not.toBe(before);
      }
    }),
  );
  // What is left out means the same as what the PRD fills in for it.
  expect(planHash({ title: 'T', userStories: [{ id: 'S', title: 'S', acceptanceCriteria: ['c'] }] })).toBe(
    planHash({
      title: 'T',
      description: '',
      userStories: [{ id: 'S', title: 'S', description: '', acceptanceCriteria: ['c'] }],
    }),
  );
});

test('what is said of plans names every epic that is called planned, once', () => {
  const standings = fc.uniqueArray(
    fc.tuple(epicId, fc.constantFrom<PlanStanding>('none', 'agreed', 'stale', 'missing', 'unreadable')),
    { selector: ([id]) => id },
  );
  fc.assert(
    fc.property(standings, (pairs) => {
      const named = planRemarks(new Map(pairs)).flatMap(({ text }) =>
        (/: ([^:()]*?)(?: \(teams plan .*\))?$/.exec(text)?.[1] ?? '').split(', '),
      );
      const planned = pairs.filter(([, standing]) => standing !== 'none').map(([id]) => id);
      expect(named.toSorted()).toEqual(planned.toSorted());
    }),
  );
});
