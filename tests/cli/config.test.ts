import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configCommand } from '../../src/cli/commands/config.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'teams-config-')));
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
});
afterEach(() => rm(root, { recursive: true }));

async function run(
  env: Record<string, string> = {},
  json = false,
): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  const code = await configCommand({
    cwd: root,
    env,
    json,
    color: false,
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
  });
  return { code, stdout, stderr };
}

test('prints the effective value of every key and where it comes from', async () => {
  await writeFile(
    join(root, 'teams.config.yml'),
    'preset: minimal\nverify: [npm test]\ntimeouts: { grace: 90s }\nmodels: { teamLead: "o\\epus" }\nbackends:\n  my.own: { command: [x] }\n',
  );
  expect(await run({ TEAMS_PARALLEL: '3', TEAMS_TIMEOUTS_CHECK: '1.5s' })).toEqual({
    code: 0,
    stderr: '',
    stdout: `preset                     minimal                                   teams.config.yml:1:9
backend                    claude                                    default
backendFor.teamLead        null                                      default
backendFor.finalValidator  null                                      default
fallback                   []                                        default
permissions                safe                                      default
parallel                   3                                         TEAMS_PARALLEL
base                       null                                      default
land                       leave                                     default
setup                      []                                        default
verify                     ["npm test"]                              teams.config.yml:2:9
copy                       []                                        default
timeouts.epic              1h                                        default
timeouts.idle              10m                                       default
timeouts.run               5h                                        default
timeouts.check             1.5s                                      TEAMS_TIMEOUTS_CHECK
timeouts.grace             90s                                       teams.config.yml:3:20
timeouts.backoff           1m                                        default
attempts.epic              2                                         default
attempts.merge             2                                         default
attempts.final             2                                         default
budget.tokens              null                                      default
budget.costUsd             null                                      default
planning.epic              never                                     preset minimal
planning.story             never                                     preset minimal
validation.story           never                                     preset minimal
validation.epic            never                                     preset minimal
validation.final           never                                     preset minimal
validation.fixRounds       1                                         preset minimal
models.teamLead            opus                                      teams.config.yml:4:21
backends.my.own            {"command":["x"],"stdin":"none","env":[]}  teams.config.yml:6:11
`,
  });
});

test('--json prints one object', async () => {
  const { code, stdout } = await run({ TEAMS_LAND: 'merge' }, true);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    file: null,
    values: {
      land: { value: 'merge', origin: 'env', where: 'TEAMS_LAND' },
      'timeouts.epic': { value: '1h', origin: 'default' },
    },
  });
});

test('a configuration that is not valid is not printed', async () => {
  await writeFile(join(root, 'teams.config.yml'), 'paralel: 2\n');
  expect(await run()).toEqual({
    code: 2,
    stdout: '',
    stderr: `teams.config.yml:1:1 error misspelt-key  the configuration has the unknown key "paralel"
  1 | paralel: 2
    | ^^^^^^^
  fix: did you mean "parallel"?
`,
  });
});
