import { openAuthoring } from '../../adapters/authoring-place.ts';
import { createConversations } from '../../adapters/agents/conversations.ts';
import { createSessions } from '../../adapters/agents/sessions.ts';
import { makeTeamsFolder } from '../../adapters/layout.ts';
import { secretsOf } from '../../adapters/secrets.ts';
import { excludeTeamsFolder } from '../../adapters/repository.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { paintFor } from '../../report/paint.ts';
import { chooseCheckout } from '../authoring/checkout.ts';
import { configFor } from '../authoring/config.ts';
import { nextSteps } from '../authoring/closing.ts';
import type { Draft } from '../authoring/draft.ts';
import { readMaterials, storeMaterials } from '../authoring/materials.ts';
import { type Person, personAt } from '../authoring/person.ts';
import { chooseTarget, storePrd } from '../authoring/target.ts';
import { type Desk, keep, type Paper, writeDraft } from '../authoring/write-draft.ts';
import { withLock } from '../drive.ts';
import { type CommandContext, refuse } from '../output.ts';

export interface InitOptions extends CommandContext {
  readonly backend?: string;
  readonly from?: readonly string[];
  readonly interactive: boolean;
  readonly merge?: boolean;
  readonly yes?: boolean;
}

/** Writes a PRD together with an agent. */
export async function initCommand(options: InitOptions): Promise<ExitCode> {
  return author({ ...options, person: personAt(options.env, 'teams init') });
}

/** With whoever can be asked. */
type Wish = InitOptions & { readonly person: Person };

async function author(options: Wish): Promise<ExitCode> {
  const materials = await readMaterials(options.from ?? [], options.cwd);
  if (!materials.ok) return refuse(options, materials.error, EXIT.usage);
  const checkout = await chooseCheckout(options);
  if (!checkout.ok) return refuse(options, checkout.error, EXIT.environment);
  const { root, open } = checkout.value;
  const configured = await configFor({ ...options, root });
  if (!configured.ok) return configured.error;
  const config = configured.value;
  const ports = { config, root };
  const agents = options.interactive ? createConversations(ports) : createSessions(ports);
  const unavailable = await agents.unavailable(config.backend);
  if (unavailable !== null) return refuse(options, unavailable, EXIT.environment);
  const target = await chooseTarget({ ...options, root });
  if (!target.ok) return target.error;
  const opened = await open();
  if (!opened.ok) return refuse(options, opened.error, EXIT.environment);
  const repository = opened.value;
  await excludeTeamsFolder(repository);
  const desk = { repository, config, teams: await makeTeamsFolder(root), target: target.value };
  const { id, folder } = await openAuthoring(desk.teams);
  const copies = await storeMaterials(materials.value, folder, secretsOf(config));
  const draft = await writeDraft(options, desk, { id, folder, materials: copies });
  return draft.ok ? store(options, desk, draft.value, { id, folder }) : draft.error;
}

async function store(
  options: Wish,
  { target, teams }: Desk,
  draft: Draft,
  { id, folder }: Pick<Paper, 'id' | 'folder'>,
): Promise<ExitCode> {
  const code = await withLock(options, teams, id, () => storePrd(options, target, draft.text, folder));
  if (code !== EXIT.passed) return keep(options, draft.file, code).error;
  options.stdout(nextSteps(target.name, draft, paintFor(options.color)));
  if (!options.interactive || options.yes === true || !options.person.canBeAsked) return EXIT.passed;
  if ((await (await options.person.ask()).confirm('Plan the epics now?')) !== true) return EXIT.passed;
  const { planCommand } = await import('./plan.ts');
  return planCommand({ ...options, epics: draft.epics });
}
