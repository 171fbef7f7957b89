import { expect, test } from 'vitest';
import { unknownEpic } from '../../src/domain/unknown-epic.ts';

const fixFor = (known: readonly string[]): string | undefined => unknownEpic(['Q'], known, 'this run')?.fix;

test('which epics there are is said as far as it can be read, and never as nothing', () => {
  expect(unknownEpic(['E1'], ['E1', 'E2'], 'the PRD')).toBeNull();
  expect(unknownEpic(['E1', 'EPIC-01'], ['E1', 'EPIC-001'], 'the PRD')).toMatchObject({
    what: 'there is no epic EPIC-01 in the PRD',
    fix: 'did you mean EPIC-001?',
  });
  expect(fixFor(['A1', 'B2'])).toBe('one of: A1, B2');
  const many = Array.from({ length: 200 }, (_, n) => `EPIC-${n}`);
  expect(fixFor(many)).toMatch(/^one of: EPIC-0, .*, EPIC-19 and 180 more$/);
  expect(fixFor([])).toBe('teams status');
});
