import { readFile } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

// What editors do with `$schema`: the schemas as they are checked in, read by another validator than ours.
const compile = async (name: string): Promise<ValidateFunction> => {
  const ajv = new Ajv({ strict: true, allErrors: true, validateFormats: false });
  return ajv.compile(JSON.parse(await readFile(`schemas/${name}.schema.json`, 'utf8')) as object);
};
const mistakes = (validate: ValidateFunction, value: unknown): string[] => {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
};

test('prd: the example is valid, unknown fields are allowed, mistakes are named', async () => {
  const validate = await compile('prd');
  const example = JSON.parse(await readFile('prd.json.example', 'utf8')) as { epics: object[] };
  expect(mistakes(validate, example)).toEqual([]);
  const [epic] = example.epics;
  expect(mistakes(validate, { ...example, owner: 'ann', epics: [{ ...epic, risk: 3 }] })).toEqual([]);
  const bad = {
    epics: [
      {
        ...epic,
        id: '../x',
        status: 'done',
        dependsOn: 'A',
        userStories: [{ id: 'S', title: '', acceptanceCriteria: [] }],
      },
    ],
  };
  expect(mistakes(validate, bad).toSorted()).toEqual([
    ' required',
    '/epics/0/dependsOn type',
    '/epics/0/id pattern',
    '/epics/0/status enum',
    '/epics/0/userStories/0/acceptanceCriteria minItems',
    '/epics/0/userStories/0/title minLength',
  ]);
});

test('config: the forms of the contract are valid, unknown keys are not', async () => {
  const validate = await compile('config');
  expect(
    mistakes(
      validate,
      parse('version: 1\nbackend: mine\ntimeouts: { epic: 60m }\nbackends: { mine: { command: [x] } }'),
    ),
  ).toEqual([]);
  expect(mistakes(validate, parse('timeouts: { epic: soon }\nparalel: 2')).toSorted()).toEqual([
    ' additionalProperties',
    '/timeouts/epic pattern',
  ]);
  expect(mistakes(validate, { models: { teamLead: 'a', 'team-lead': 'b', small: 'c' } })).toEqual([]);
  expect(mistakes(validate, { models: { nope: 'a' } })).toEqual(['/models enum', '/models propertyNames']);
});

test('result, merger-result, planner-answer, validator-answer: the compatible minimum is enough', async () => {
  const stories = { 'US-001': { passes: true, failureReason: null, commit: 'a'.repeat(40) } };
  expect(mistakes(await compile('result'), { epicId: 'EPIC-001', stories })).toEqual([]);
  expect(mistakes(await compile('result'), { stories: { S: { passes: 'yes' } } }).length).toBe(2);
  expect(mistakes(await compile('merger-result'), { resolved: true })).toEqual([]);
  expect(mistakes(await compile('planner-answer'), { epicId: 'E1', plan: 'Do it' })).toEqual([]);
  const answer = {
    phase: 'final-validation',
    verdict: 'pass',
    tests: 'na',
    browser_check: 'na',
    timestamp: '2026-01-01T00:00:00Z',
  };
  expect(mistakes(await compile('validator-answer'), answer)).toEqual([]);
});

test('journal: a line of an event is valid, another type is not', async () => {
  const validate = await compile('journal');
  const line = { v: 1, seq: 1, at: '2026-01-01T00:00:00.000Z', type: 'epic.ready', epicId: 'E1' };
  expect(mistakes(validate, line)).toEqual([]);
  expect(mistakes(validate, { ...line, type: 'epic.unheard' })).not.toEqual([]);
  await compile('verdict');
});
