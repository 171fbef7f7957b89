import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Log } from 'sarif';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from './cli.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'teams lint ')));
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  await mkdir(join(root, 'plans'));
});
afterEach(() => rm(root, { recursive: true }));

const PRD = `{
  "project": "Greeter",
  "epics": [
    {
      "id": "A",
      "title": "Greetings",
      "userStories": [
        { "id": "A-1", "title": "Greet", "acceptanceCriteria": ["src/greet.ts prints \\"Hi\\"", "Works well"] },
        { "id": "A-2", "title": "Wave", "acceptanceCriteria": ["\\u00dcberall\\tworks well"] }
      ]
    },
    {
      "id": "B",
      "title": "Farewells",
      "userStories": [
        { "id": "B-1", "title": "Part", "acceptanceCriteria": ["src/greet.ts prints \\"Bye\\"", "looks good", "TBD"] }
      ]
    }
  ]
}
`;

test('each finding is underlined, explained once for each rule and comes with a fix; the exit code is 0', async () => {
  await writeFile(join(root, 'prd.json'), PRD);
  expect(await runCli(['validate'], root)).toEqual({
    code: 0,
    stdout: 'prd.json is valid: 2 epics, 3 stories, 1 wave\n',
    stderr: '',
  });
  const { code, stdout, stderr } = await runCli(['validate', '--lint'], root);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`prd.json:8:96 warning vague-criterion  A A-1: "Works well" can mean anything
  8 | …"id": "A-1", "title": "Greet", "acceptanceCriteria": ["src/greet.ts prints \\"Hi\\"", "Works well"] },
    |                                                                                       ^^^^^^^^^^
  why: builder and validator each read their own meaning into it, and fix rounds are spent on the difference
  fix: say what is seen then, such as: pressing Save shows "Saved" and the entry is there after a reload

prd.json:9:79 warning vague-criterion  A A-2: "works well" can mean anything
  9 |         { "id": "A-2", "title": "Wave", "acceptanceCriteria": ["\\u00dcberall\\tworks well"] }
    |                                                                               ^^^^^^^^^^
  fix: say what is seen then, such as: pressing Save shows "Saved" and the entry is there after a reload

prd.json:16:65 warning shared-file  A and B both name src/greet.ts, and neither waits for the other
  16 | …"B-1", "title": "Part", "acceptanceCriteria": ["src/greet.ts prints \\"Bye\\"", "looks good", "TBD"] }
     |                                                  ^^^^^^^^^^^^
  A names it here (line 8)
  8 | …"id": "A-1", "title": "Greet", "acceptanceCriteria": ["src/greet.ts prints \\"Hi\\"", "Works well"] },
    |                                                         ^^^^^^^^^^^^
  why: they are worked on at the same time, and the second merge often ends in a conflict
  fix: add "A" to dependsOn of B, or move what both need into an epic that both depend on

prd.json:16:96 warning vague-criterion  B B-1: "looks good" can mean anything
  16 | …"B-1", "title": "Part", "acceptanceCriteria": ["src/greet.ts prints \\"Bye\\"", "looks good", "TBD"] }
     |                                                                                 ^^^^^^^^^^
  fix: name the property that is meant and what would show it, such as: a password is never written to a log

prd.json:16:109 warning uncheckable-criterion  B B-1: this is a placeholder
  16 | …"B-1", "title": "Part", "acceptanceCriteria": ["src/greet.ts prints \\"Bye\\"", "looks good", "TBD"] }
     |                                                                                              ^^^^^
  why: no test and no validator can tell whether it holds, so the story passes on a claim or fails on a mood
  fix: write what is true when the story is done: what is done, and what is seen then

prd.json is valid: 2 epics, 3 stories, 1 wave (5 warnings)
`);
});

test('an error of structure comes first: lint is silent until there is none, and the exit code is 2', async () => {
  await writeFile(join(root, 'prd.json'), PRD.replace('"title": "Wave", ', ''));
  const { code, stdout } = await runCli(['validate', '--lint'], root);
  expect([code, stdout]).toEqual([
    2,
    `prd.json:9:17 error missing-field  A A-2: title is missing
  9 |         { "id": "A-2", "acceptanceCriteria": ["\\u00dcberall\\tworks well"] }
    |                 ^^^^^
  fix: add it: it has to be text

not valid: 1 error
`,
  ]);
});

test('--json has the rule, the place, the reason and the fix of each finding', async () => {
  await writeFile(join(root, 'prd.json'), PRD);
  const { diagnostics } = JSON.parse((await runCli(['validate', '--lint', '--json'], root)).stdout) as {
    diagnostics: object[];
  };
  expect(diagnostics.length).toBe(5);
  expect(diagnostics[1]).toEqual({
    severity: 'warning',
    code: 'vague-criterion',
    message: 'A A-2: "works well" can mean anything',
    file: 'prd.json',
    at: {
      line: 9,
      column: 79,
      length: 10,
      text: '        { "id": "A-2", "title": "Wave", "acceptanceCriteria": ["\\u00dcberall\\tworks well"] }',
    },
    why: 'builder and validator each read their own meaning into it, and fix rounds are spent on the difference',
    fix: 'say what is seen then, such as: pressing Save shows "Saved" and the entry is there after a reload',
  });
});

test('--json: a PRD on one line does not come with each of its findings', async () => {
  const stories = Array.from({ length: 500 }, (_, n) => ({
    id: `S${n}`,
    title: `T${n}`,
    acceptanceCriteria: ['Works well'],
  }));
  const text = JSON.stringify({ project: 'P', epics: [{ id: 'A', title: 'A', userStories: stories }] });
  await writeFile(join(root, 'prd.json'), text);
  const { stdout } = await runCli(['validate', '--lint', '--json'], root);
  expect(stdout.length).toBeLessThan(400_000);
});

/** The parts of SARIF 2.1.0 that are used, as strict as the schema of the standard: nothing unknown, required keys. */
const object = (required: readonly string[], properties: Record<string, object>): object => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});
const string = { type: 'string', minLength: 1 };
const level = { enum: ['none', 'note', 'warning', 'error'] };
const message = object(['text'], { text: string });
const from1 = { type: 'integer', minimum: 1 };
const physicalLocation = object(['artifactLocation'], {
  artifactLocation: object(['uri'], { uri: string, uriBaseId: string }),
  region: object(['startLine'], { startLine: from1, startColumn: from1, endLine: from1, endColumn: from1 }),
});
const location = object(['physicalLocation'], { physicalLocation });
const related = object(['physicalLocation'], {
  id: { type: 'integer', minimum: -1 },
  physicalLocation,
  message,
});
const descriptor = object(['id'], {
  id: string,
  shortDescription: message,
  fullDescription: message,
  help: message,
  defaultConfiguration: object([], { level }),
});
const result = object(['message'], {
  ruleId: string,
  ruleIndex: { type: 'integer', minimum: -1 },
  level,
  message,
  locations: { type: 'array', items: location },
  relatedLocations: { type: 'array', uniqueItems: true, items: related },
});
const driver = object(['name'], {
  name: string,
  semanticVersion: { type: 'string', pattern: String.raw`^\d+\.\d+\.\d+` },
  rules: { type: 'array', uniqueItems: true, items: descriptor },
});
const run = object(['tool'], {
  tool: object(['driver'], { driver }),
  columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
  results: { type: 'array', items: result },
});
const isSarif = new Ajv({ allErrors: true }).compile(
  object(['version', 'runs'], {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: { type: 'array', items: run },
  }),
);

async function sarif(
  argv: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly log: Log }> {
  const { code, stdout, stderr } = await runCli(['validate', ...argv, '--sarif'], cwd);
  expect(stderr).toBe('');
  const log = JSON.parse(stdout) as Log;
  isSarif(log);
  expect(isSarif.errors).toBe(null);
  return { code, log };
}

test('--sarif: valid, with the rules, regions in the text and paths from the root of the repository', async () => {
  const path = join(root, 'plans', 'my plan é.json');
  await writeFile(path, PRD);
  const { code, log } = await sarif(['--lint', 'my plan é.json'], join(root, 'plans'));
  expect(code).toBe(0);
  const [first] = log.runs;
  const rules = first?.tool.driver.rules ?? [];
  const lines = PRD.split('\n');
  expect(
    first?.results?.map(({ ruleId, ruleIndex, level: severity, locations }) => {
      const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
      expect(rules[ruleIndex ?? -1]?.id).toBe(ruleId);
      expect(artifactLocation).toEqual({ uri: 'plans/my%20plan%20%C3%A9.json', uriBaseId: '%SRCROOT%' });
      expect(region?.endLine).toBe(region?.startLine);
      const line = lines[(region?.startLine ?? 0) - 1] ?? '';
      return [severity, ruleId, line.slice((region?.startColumn ?? 0) - 1, (region?.endColumn ?? 0) - 1)];
    }),
  ).toEqual([
    ['warning', 'vague-criterion', 'Works well'],
    ['warning', 'vague-criterion', 'works well'],
    ['warning', 'shared-file', 'src/greet.ts'],
    ['warning', 'vague-criterion', 'looks good'],
    ['warning', 'uncheckable-criterion', '"TBD"'],
  ]);
  expect(first?.results?.find(({ ruleId }) => ruleId === 'shared-file')).toEqual({
    ruleId: 'shared-file',
    ruleIndex: 4,
    level: 'warning',
    message: {
      text: 'A and B both name src/greet.ts, and neither waits for the other. They are worked on at the same time, and the second merge often ends in a conflict. Fix: add "A" to dependsOn of B, or move what both need into an epic that both depend on.',
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'plans/my%20plan%20%C3%A9.json', uriBaseId: '%SRCROOT%' },
          region: { startLine: 16, startColumn: 65, endLine: 16, endColumn: 77 },
        },
      },
    ],
    relatedLocations: [
      {
        id: 0,
        physicalLocation: {
          artifactLocation: { uri: 'plans/my%20plan%20%C3%A9.json', uriBaseId: '%SRCROOT%' },
          region: { startLine: 8, startColumn: 66, endLine: 8, endColumn: 78 },
        },
        message: { text: 'A names it here' },
      },
    ],
  });
});

test('--sarif: errors of structure and of the configuration are in it too; --json beside it is refused', async () => {
  await writeFile(join(root, 'prd.json'), '{"project": "P", "epics": []}');
  await writeFile(join(root, 'teams.config.yml'), 'parallel: 0\n');
  const { code, log } = await sarif([], root);
  expect(code).toBe(2);
  expect(
    log.runs[0]?.results?.map((one) => [
      one.level,
      one.ruleId,
      one.locations?.[0]?.physicalLocation?.artifactLocation?.uri,
    ]),
  ).toEqual([
    ['error', 'no-epics', 'prd.json'],
    ['error', 'out-of-range', 'teams.config.yml'],
  ]);
  await rm(join(root, 'prd.json'));
  const absent = await sarif(['--lint'], root);
  expect(absent.log.runs[0]?.results?.[0]?.locations).toEqual([
    { physicalLocation: { artifactLocation: { uri: 'prd.json', uriBaseId: '%SRCROOT%' } } },
  ]);
  const both = await runCli(['validate', '--sarif', '--json'], root);
  expect(both.code).toBe(2);
  expect(both.stderr).toContain("option '--sarif' cannot be used with option '--json'");
});
