import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ROLE_CLIS } from '../../src/adapters/agents/roles/registry.ts';
import { CLI_NAMES, type CliName } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { openTeamStage, type TeamStage } from './team-stage.ts';

const JUDGES = /-validator$/;
const WRITES = /^(write|edit|create|apply_patch)$/i;
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Errors in a file of a role, over which each CLI stumbles without a word: it does without the role, or without its front matter. */
const BREAK: Readonly<Record<CliName, (role: string) => string>> = {
  claude: (role) => role.replace(/^description: .*\n/m, ''),
  codex: (role) => `colour = "blue"\n${role}`,
  copilot: (role) => role.replace(/^description: .*\n/m, ''),
  opencode: (role) => role.replace(/^description: .*\n/m, 'description: [\n'),
};

/** The rendered roles of this project, by their paths, are roles of a repository as `teams agents install` makes it. */
describe.each(CLI_NAMES)('the checked-in roles of %s', async (name) => {
  const cli = await ensureCli(name);
  if ('skipped' in cli) {
    it.skip(cli.skipped, () => undefined);
    return;
  }
  const folder = dirname(ROLE_CLIS[name].fileOf('builder'));
  const roles = Object.fromEntries(
    readdirSync(join(PROJECT, folder)).map((file) => [
      `${folder}/${file}`,
      readFileSync(join(PROJECT, folder, file), 'utf8'),
    ]),
  );
  let stage: TeamStage;
  afterEach(() => stage.close());

  /**
   * Names of the roles that the CLI started sub-agents with and told them what they are, without those that judge and
   * got tools that write, where tools can be kept from a role.
   */
  const accepted = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const config = { attempts: { epic: 1 } };
    stage = await openTeamStage(name, cli.path, 'roles', { epics: [{ id: 'E1' }], config, files });
    await stage.start().ended;
    const told = stage.server.requests.filter(
      ({ role, roleFrom, tools }) =>
        roleFrom === 'system' &&
        (name === 'codex' || !JUDGES.test(role ?? '') || !tools.some((tool) => WRITES.test(tool))),
    );
    return [...new Set(told.flatMap(({ role }) => role ?? []))].toSorted();
  };
  const ALL = [
    'builder',
    'epic-planner',
    'epic-validator',
    'final-validator',
    'merger',
    'story-planner',
    'story-validator',
  ];

  it(`are accepted by ${cli.version}`, async () => {
    expect(Object.keys(roles)).toHaveLength(ALL.length);
    expect(await accepted(roles)).toEqual(ALL);
  });

  it('are not accepted when they are broken', async () => {
    const file = ROLE_CLIS[name].fileOf('epic-validator');
    const broken = BREAK[name](roles[file] ?? '');
    expect(broken).not.toBe(roles[file]);
    expect(await accepted({ ...roles, [file]: broken })).toEqual(
      ALL.filter((role) => role !== 'epic-validator'),
    );
  });
});
