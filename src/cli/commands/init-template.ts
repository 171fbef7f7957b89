import { join, relative } from 'node:path';
import { isThere } from '../../adapters/there.ts';
import { authoringPlace } from '../../adapters/authoring-place.ts';
import { editorSchema, schemaComment } from '../../adapters/editor-schemas.ts';
import { replaceEdited } from '../../adapters/edited-file.ts';
import { makeTeamsFolder } from '../../adapters/layout.ts';
import { writePrivate } from '../../adapters/private-files.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { ok, type Problem } from '../../domain/problem.ts';
import { shellPath } from '../../domain/shell-word.ts';
import { paintFor } from '../../report/paint.ts';
import { planText } from '../../report/plan.ts';
import { hanging } from '../../report/width.ts';
import { plural } from '../../report/words.ts';
import { CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { nearMiss } from '../../domain/near-miss.ts';
import { agrees, type CheckoutWish, findPlace, firstCommit } from '../authoring/checkout.ts';
import { personAt } from '../authoring/person.ts';
import { chooseTarget, storePrd } from '../authoring/target.ts';
import { withLock } from '../drive.ts';
import { columnsOf, type CommandContext, refuse } from '../output.ts';
import { chooseBackend, SCRIPTED } from '../templates/choose-backend.ts';
import { scriptOf } from '../templates/script.ts';
import { readTemplate, TEMPLATE_VERIFY, type Template, templateNames } from '../../adapters/templates.ts';

export interface InitTemplateOptions extends CommandContext {
  /** True: which ones there are. */
  readonly template: string | true;
  readonly backend?: string | undefined;
  readonly yes?: boolean | undefined;
}

/** Begins a project with a PRD that is there already. */
export async function initTemplateCommand(options: InitTemplateOptions): Promise<ExitCode> {
  const names = templateNames();
  if (options.template === true) {
    options.stdout(listText(names.map(readTemplate)));
    return EXIT.passed;
  }
  if (names.includes(options.template)) {
    const wish = { ...options, person: personAt(options.env, 'teams init') };
    return begin(wish, readTemplate(options.template));
  }
  const near = nearMiss(options.template, names);
  return refuse(
    options,
    {
      code: 'template-unknown',
      what: `there is no template ${JSON.stringify(options.template)}`,
      fix: near === null ? `one of: ${names.join(', ')}` : `did you mean ${near}?`,
    },
    EXIT.usage,
  );
}

type Wish = InitTemplateOptions & CheckoutWish;

async function begin(wish: Wish, template: Template): Promise<ExitCode> {
  const place = await findPlace(wish);
  if (!place.ok) return refuse(wish, place.error, EXIT.environment);
  const { root, repository } = place.value;
  const target = await chooseTarget({ ...wish, root, merge: 'never' });
  if (!target.ok) return target.error;
  const configured = await configure(wish, root, template);
  if (configured !== EXIT.passed) return configured;
  const { path, name } = target.value;
  const { $schema: _, ...file } = template.file;
  const text = `${JSON.stringify({ $schema: await editorSchema(root, 'prd', path), ...file }, null, 2)}\n`;
  const teams = await makeTeamsFolder(root);
  const { id, folder } = authoringPlace(teams);
  const stored = await withLock(wish, teams, id, () => storePrd(wish, target.value, text, folder));
  if (stored !== EXIT.passed) return stored;
  const paint = paintFor(wish.color);
  wish.stdout(`${planText(template.prd, paint, columnsOf(wish))}\n${name} is written.\n`);
  const paths = [relative(root, path), CONFIG_FILE];
  const commit = `git add ${paths.map(shellPath).join(' ')} && git commit -m "What is to be built"`;
  const commits = repository === null && (await agrees(wish, 'Make the first commit with it?'));
  const committed = commits ? await firstCommit(wish, root, paths) : ok(undefined);
  if (!committed.ok) return refuse(wish, committed.error, EXIT.environment);
  const next: readonly (readonly [string, string])[] = [
    ...(commits ? [] : [[commit, ''] as const]),
    ['teams run', 'builds it'],
    ['teams status', 'where it stands'],
  ];
  for (const [command, about] of next) {
    wish.stdout(`  ${paint.cyan(about === '' ? command : command.padEnd(14))}${about}\n`);
  }
  return EXIT.passed;
}

/** Writes teams.config.yml where there is none. */
async function configure(wish: Wish, root: string, template: Template): Promise<ExitCode> {
  const path = join(root, CONFIG_FILE);
  if (isThere(path)) return keepConfig(wish, root, template, relative(wish.cwd, path));
  const asks = wish.person.canBeAsked && wish.yes !== true;
  const backend = wish.backend ?? (await chooseBackend(root, asks ? wish.person : null));
  if (backend === null) return EXIT.interrupted;
  if (backend !== SCRIPTED) {
    const { runSetup } = await import('../setup/setup.ts');
    const settings = { backend, verify: [TEMPLATE_VERIFY] };
    const set = await runSetup({ ...wish, root, yes: !asks, given: { settings, models: {} } });
    return set.ok ? EXIT.passed : set.error;
  }
  const scripted = await writeScript(wish, root, template);
  if (scripted !== EXIT.passed) return scripted;
  const schema = await editorSchema(root, 'config', path);
  const config = { path, before: null, kind: 'config', fix: 'do it again' } as const;
  const stored = await replaceEdited(config, scriptedConfig(schemaComment(schema)));
  return stored.ok ? EXIT.passed : refuse(wish, stored.error, EXIT.environment);
}

/** The configuration that is there says who builds. */
async function keepConfig(wish: Wish, root: string, template: Template, name: string): Promise<ExitCode> {
  const { config } = await loadConfig({ root, name, flags: {}, env: {} });
  const backend = config?.backend ?? null;
  if (wish.backend !== undefined && wish.backend !== backend) {
    return refuse(wish, otherBackend(name, wish.backend, backend), EXIT.usage);
  }
  const own = config?.backends[SCRIPTED];
  if (backend === SCRIPTED && own !== undefined && 'script' in own && own.script === SCRIPT) {
    // That of another template would build something else.
    const scripted = await writeScript(wish, root, template);
    if (scripted !== EXIT.passed) return scripted;
  }
  wish.stderr(`${name} is kept as it is\n`);
  return EXIT.passed;
}

async function writeScript(wish: Wish, root: string, template: Template): Promise<ExitCode> {
  const paths = template.prd.epics.flatMap((epic) =>
    epic.userStories.flatMap(({ id }) => Object.keys(template.filesOf(id))),
  );
  const taken = [...new Set(paths)].filter((path) => isThere(join(root, path)));
  if (taken.length > 0) return refuse(wish, inTheWay(taken), EXIT.usage);
  await writePrivate(join(root, SCRIPT), `${JSON.stringify(scriptOf(template), null, 1)}\n`);
  return EXIT.passed;
}

const SCRIPT = '.teams/template/agents.json';

const scriptedConfig = (head: string): string => `${head}
# Agents that follow a script, to see a whole run without an agent CLI. To have a real one build something,
# delete this file, then: teams setup
version: 1
backend: scripted
parallel: 2                       # sessions at a time
verify: ["${TEMPLATE_VERIFY}"]           # what decides whether work is done; teams itself runs it
land: merge                       # what passed is merged into your branch; otherwise it stays on one of its own
backends:
  scripted: { script: ${SCRIPT} }
`;

function listText(templates: readonly Template[]): string {
  const width = Math.max(...templates.map(({ name }) => name.length));
  const lines = templates.map(({ name, prd }) => {
    const stories = prd.epics.reduce((sum, epic) => sum + epic.userStories.length, 0);
    const size = `${plural(prd.epics.length, 'epic')}, ${plural(stories, 'story', 'stories')}`;
    return `${hanging(`${name.padEnd(width)}  `, `${prd.description} (${size})`)}\n`;
  });
  return `${lines.join('')}\nteams init --template NAME\n`;
}

const otherBackend = (name: string, wanted: string, there: string | null): Problem => ({
  code: 'config-exists',
  what: `${name} is there already, and ${there === null ? 'it is not valid' : `its backend is ${JSON.stringify(there)}, not ${JSON.stringify(wanted)}`}`,
  fix: `leave out --backend to keep it, or remove ${name}`,
});

const inTheWay = (taken: readonly string[]): Problem => ({
  code: 'template-in-the-way',
  what: `the scripted agents of the template would write over ${taken.slice(0, 5).join(', ')}${taken.length > 5 ? ', …' : ''}`,
  fix: 'use an empty folder, or an agent CLI: --backend claude',
});
