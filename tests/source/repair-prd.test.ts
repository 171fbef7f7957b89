import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prdSchema } from '../../src/domain/prd.ts';
import { repairPrd } from '../../src/source/repair/repair-prd.ts';

const SETTING = { project: 'shop', schema: './s.json', known: [] as readonly string[] };
const story = { id: 'US-001', title: 'Start', acceptanceCriteria: ['`node app.js` exits with 0'] };
const epic = (id: unknown, more: object = {}): object => ({
  id,
  title: `Epic ${String(id)}`,
  userStories: [{ ...story }],
  ...more,
});
const draft = (...epics: readonly object[]): string => JSON.stringify({ project: 'A', epics });

function repair(text: string, known: readonly string[] = []) {
  const repaired = repairPrd(text, { ...SETTING, known });
  if (repaired === null) throw new Error('it was not repaired');
  return {
    repairs: repaired.repairs,
    prd: JSON.parse(repaired.text) as Record<string, unknown>,
    text: repaired.text,
  };
}

describe('a draft that is as it should be', () => {
  it('only says where its schema is', () => {
    const { repairs, prd } = repair(draft(epic('EPIC-001'), epic('B', { dependsOn: ['EPIC-001'] })));
    expect(repairs).toEqual([]);
    expect(Object.entries(prd)[0]).toEqual(['$schema', './s.json']);
    expect(prd).toMatchObject(
      JSON.parse(draft(epic('EPIC-001'), epic('B', { dependsOn: ['EPIC-001'] }))) as object,
    );
  });
});

describe('how it is written down', () => {
  it.each([
    ['commas and comments', `{"project": "A", // the shop\n "epics": [${JSON.stringify(epic('E'))},],}`, 2],
    ['a fence', `Here it is:\n\n\`\`\`json\n${draft(epic('E'))}\n\`\`\`\nDone.`, 1],
    ['words around it', `Here it is: ${draft(epic('E'))} Done.`, 1],
    ['a byte order mark', `\ufeff${draft(epic('E'))}`, 0],
  ])('is mended: %s', (_, text, count) => {
    const { repairs, prd } = repair(text);
    expect(prd).toEqual({ $schema: './s.json', project: 'A', epics: [epic('E')] });
    expect(repairs).toHaveLength(count);
    for (const line of repairs) expect(line).toMatch(/^syntax: /);
  });

  it.each([
    ['no JSON', 'I could not decide.'],
    ['JSON of something else', '"a text"'],
    ['cut off', draft(epic('E')).slice(0, -20)],
    ['a key that is given twice', '{"project": "A", "project": "B", "epics": []}'],
  ])('is left alone when it could mean anything: %s', (_, text) => {
    expect(repairPrd(text, SETTING)).toBeNull();
  });
});

describe('what it says', () => {
  it('gets the names and types that were meant', () => {
    const { repairs, prd } = repair(
      JSON.stringify([
        {
          id: 1,
          name: 'Login',
          description: null,
          dependencies: [],
          status: 'completed',
          planned: true,
          verify: 'npm test',
          stories: [
            {
              id: 'US-001',
              title: 'Form',
              criteria: '- shows a form\n- says why it fails\n',
              priority: '2',
              passes: true,
              failureReason: 'x',
            },
          ],
        },
        {
          id: 'B',
          title: 'Cart',
          dependsOn: 'login',
          userStories: [{ ...story, id: 'US-002', passes: false, failureReason: null }],
        },
      ]),
    );
    expect(repairs).toEqual([
      'the list of epics became a PRD',
      'project: "shop", the name of the folder',
      'epic 1: "name" became "title"',
      'epic 1: "dependencies" became "dependsOn"',
      'epic 1: "stories" became "userStories"',
      'epic 1: verify became a list',
      'epic 1: status "completed" is left out, nothing is built yet',
      'epic 1: planned true is left out, nothing is built yet',
      'epic 1, story 1: "criteria" became "acceptanceCriteria"',
      'epic 1, story 1: acceptanceCriteria became a list',
      'epic 1, story 1: priority became a number',
      'epic 1, story 1: passes true is left out, nothing is built yet',
      'epic 1, story 1: failureReason is left out, nothing was attempted yet',
      'epic 2: dependsOn became a list',
      'epic id 1 became "1"',
      'B: dependsOn "login" became "1"',
    ]);
    expect(prdSchema.safeParse(prd).success).toBe(true);
    expect(prd['epics']).toMatchObject([
      {
        id: '1',
        title: 'Login',
        verify: ['npm test'],
        userStories: [{ acceptanceCriteria: ['shows a form', 'says why it fails'], priority: 2 }],
      },
      { id: 'B', dependsOn: ['1'] },
    ]);
  });

  it('has lists where things stand under their ids, and the PRD that is inside of another object', () => {
    const { id: _, ...start } = story;
    const byId = { 'EPIC-001': { title: 'Login', userStories: { 'US-001': start } } };
    const mended = repair(JSON.stringify({ project: 'A', epics: byId }));
    expect(mended.repairs).toEqual(['the PRD: epics became a list', 'epic 1: userStories became a list']);
    expect(mended.prd['epics']).toEqual([{ id: 'EPIC-001', title: 'Login', userStories: [story] }]);

    const inside = repair(JSON.stringify({ prd: JSON.parse(draft(epic('E'))) as unknown }));
    expect(inside.repairs).toEqual(['what is in "prd" became the PRD']);
    expect(inside.prd).toEqual({ $schema: './s.json', project: 'A', epics: [epic('E')] });

    // What it means is for its author to say: nothing of it is lost.
    for (const epics of ['EPIC-001', { 'EPIC-001': 'Login' }]) {
      expect(repair(JSON.stringify({ project: 'A', epics })).prd['epics']).toEqual(epics);
    }
  });

  it('keeps keys of its own, and a good name beside a wrong one', () => {
    const { repairs, prd } = repair(draft(epic('A', { owner: 'Ada', dependencies: ['B'], dependsOn: [] })));
    expect(repairs).toEqual([]);
    expect(prd['epics']).toMatchObject([{ owner: 'Ada', dependencies: ['B'], dependsOn: [] }]);
  });
});

describe('ids', () => {
  it('become usable, and what names them follows', () => {
    const { repairs, prd } = repair(
      draft(
        epic('epic one'),
        epic('EPIC-002', {
          dependsOn: ['epic one', 'EPIC ONE', 'EPIC-002', 'Epic undefined', 'OLD-7', 'nowhere'],
        }),
        epic(undefined, {
          userStories: [story, { ...story }, { ...story, id: '../x' }, { ...story, id: '…' }],
        }),
        epic('epic-2'),
        epic('EPIC-2'),
      ),
      ['old-7'],
    );
    expect(repairs).toEqual([
      'epic id "epic one" became "epic-one"',
      'epic id became "EPIC-001"',
      'epic id "EPIC-2" became "EPIC-003"',
      'EPIC-002: dependsOn "epic one" became "epic-one"',
      'EPIC-002: dependsOn "EPIC ONE" became "epic-one"',
      'EPIC-002: dependsOn names "epic-one" once',
      'EPIC-002: dependsOn itself is left out',
      'EPIC-002: dependsOn "Epic undefined" became "EPIC-001"',
      'EPIC-002: dependsOn "OLD-7" became "old-7"',
      'EPIC-001: story id "US-001" became "US-002"',
      'EPIC-001: story id "../x" became "x"',
      'EPIC-001: story id "…" became "US-003"',
    ]);
    expect(prd['epics']).toMatchObject([
      { id: 'epic-one' },
      { id: 'EPIC-002', dependsOn: ['epic-one', 'EPIC-001', 'old-7', 'nowhere'] },
      { id: 'EPIC-001' },
      { id: 'epic-2' },
      { id: 'EPIC-003' },
    ]);
  });

  it('that are given twice stay when something depends on one of them', () => {
    const { repairs, prd } = repair(draft(epic('A'), epic('a'), epic('B', { dependsOn: ['A'] })));
    expect(repairs).toEqual([]);
    expect(prd['epics']).toMatchObject([{ id: 'A' }, { id: 'a' }, { id: 'B', dependsOn: ['A'] }]);
  });
});

describe('whatever the draft is', () => {
  const name = fc.oneof(
    fc.constantFrom('A', 'a', 'EPIC-001', 'epic 1', '', '..', 'x.lock', 'Title'),
    fc.string({ maxLength: 8 }),
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom(null, undefined),
  );
  const anyStory = fc.record(
    {
      id: name,
      title: fc.string({ maxLength: 5 }),
      criteria: fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 2 })),
      acceptanceCriteria: fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 2 })),
      priority: fc.oneof(fc.integer(), fc.string({ maxLength: 2 })),
      passes: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const anyEpic = fc.record(
    {
      id: name,
      title: name,
      dependsOn: fc.oneof(fc.array(name, { maxLength: 4 }), name),
      userStories: fc.oneof(fc.array(anyStory, { maxLength: 3 }), fc.anything({ maxDepth: 1 })),
      status: name,
      planned: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const anyDraft = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        { project: name, epics: fc.array(anyEpic, { maxLength: 5 }) },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: fc.array(anyEpic, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.object() },
  );

  it('an id that is mended is not that of another epic, nor is a new one that of a mended one', () => {
    const idsOf = (epics: readonly object[]) =>
      (repair(JSON.stringify({ epics })).prd['epics'] as readonly Record<string, unknown>[]).map(
        ({ id, dependsOn }) => [id, dependsOn],
      );
    expect(idsOf([{ id: '!A', dependsOn: 'A' }, { id: 'A' }])).toEqual([
      ['EPIC-001', ['A']],
      ['A', undefined],
    ]);
    expect(idsOf([{ id: '!EPIC-001' }, {}])).toEqual([
      ['EPIC-001', undefined],
      ['EPIC-002', undefined],
    ]);
  });

  it('a repaired one needs no repair, has usable ids, and says the same', () => {
    fc.assert(
      fc.property(anyDraft, (value) => {
        const { prd, text } = repair(JSON.stringify(value));
        expect(repairPrd(text, SETTING)).toEqual({ text, repairs: [] });
        const after = prd['epics'];
        const epics = (Array.isArray(after) ? after : []) as readonly Record<string, unknown>[];
        const before = Array.isArray(value)
          ? value
          : (((value as Record<string, unknown>)['epics'] ?? []) as unknown);
        if (Array.isArray(before)) expect(epics).toHaveLength(before.length);
        for (const { id } of epics.filter((one) => typeof one === 'object' && one !== null)) {
          expect(id).toMatch(/^[A-Za-z0-9][\w.-]*$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
