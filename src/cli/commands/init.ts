import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createConversations } from '../../adapters/agents/conversations.ts';
import { createSessions } from '../../adapters/agents/sessions.ts';
import { openGit } from '../../adapters/git/open.ts';
import { makeTeamsFolder } from '../../adapters/layout.ts';
import { createPrd } from '../../adapters/new-prd.ts';
import { excludeTeamsFolder, openRepository, type Repository } from '../../adapters/repository.ts';
import type { Config } from '../../domain/config.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Problem } from '../../domain/problem.ts';
import { printable } from '../../domain/printable.ts';
import { modelFor } from '../../domain/roles.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { paintFor } from '../../report/paint.ts';
import { planText } from '../../report/plan.ts';
import { backendNames, CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { readDraft } from '../authoring/draft.ts';
import { initPrompt } from '../authoring/init-prompt.ts';
import { copyMaterials } from '../authoring/materials.ts';
import { openAuthoring, prepareSession, runAlone, stopOnSignals } from '../authoring/session.ts';
import { withLock } from '../drive.ts';
import { type CommandContext, printProblem } from '../output.ts';

export interface InitOptions extends CommandContext {
  readonly backend?: string;
  readonly from?: readonly string[];
  /** `--non-interactive` */
  readonly interactive?: boolean;
}

/** Writes a PRD together with an agent. */
export async function initCommand(options: InitOptions): Promise<ExitCode> {
  const opened = await openRepository(options.cwd);
  if (!opened.ok) return refuse(options, opened.error, EXIT.environment);
  const repository = opened.value;
  const { root } = repository;
  const { config, diagnostics } = await loadConfig({
    root,
    name: relative(options.cwd, join(root, CONFIG_FILE)),
    flags: { backend: options.backend },
    env: options.env,
  });
  if (diagnostics.length > 0) options.stderr(renderDiagnostics(diagnostics, { color: options.color }));
  if (config === null) return EXIT.usage;
  const prdFile = join(root, 'prd.json');
  if (existsSync(prdFile)) {
    const what = 'there is a prd.json already';
    return refuse(options, { code: 'prd-exists', what, where: prdFile, fix: 'move it away' }, EXIT.usage);
  }
  const ports = { config, root };
  const agents = options.interactive === false ? createSessions(ports) : createConversations(ports);
  const unavailable = await agents.unavailable(config.backend);
  if (unavailable !== null) return refuse(options, unavailable, EXIT.environment);
  await excludeTeamsFolder(repository);
  const teams = await makeTeamsFolder(root);
  return author(options, { repository, config, teams, prdFile });
}

interface Place {
  readonly repository: Repository;
  readonly config: Config;
  readonly teams: string;
  readonly prdFile: string;
}

async function author(options: InitOptions, place: Place): Promise<ExitCode> {
  const { repository, config, teams, prdFile } = place;
  const { root } = repository;
  const interactive = options.interactive !== false;
  const { id, folder } = await openAuthoring(teams);
  const materials = await copyMaterials(options.from ?? [], options.cwd, folder);
  if (!materials.ok) return refuse(options, materials.error, EXIT.usage);
  const draftFile = join(folder, 'prd.json');
  const prompt = initPrompt({
    worktree: root,
    result: draftFile,
    interactive,
    mergeInto: null,
    materials: materials.value,
    problems: null,
  });
  const session = {
    role: 'author' as const,
    id,
    epicId: null,
    folder,
    backend: config.backend,
    model: modelFor({ role: 'author', model: 'large' }, config.models),
    models: config.models,
    prompt,
    input: { materials: materials.value },
    prdFile,
    resultName: 'prd.json',
  };
  if (interactive) {
    const request = await prepareSession(session, root);
    const opening = `Read ${relative(root, request.promptFile)} and do what it says.`;
    const end = await createConversations({ config, root }).run(request, opening);
    if (end.failure !== null) {
      const what = `backend ${config.backend} cannot be started`;
      return refuse(options, { code: 'session-not-started', what, why: end.failure }, EXIT.environment);
    }
    if (end.stopped) return EXIT.interrupted;
  } else {
    const { stop, unwatch } = stopOnSignals(id);
    const ended = await withLock(options, teams, id, async () => {
      const watch = {
        started: () => undefined,
        opened: () => undefined,
        activity: ({ text }: { readonly text: string }) => options.stderr(`${text}\n`),
        notice: (text: string) => options.stderr(`${printable(text)}\n`),
      };
      const git = openGit(root, id);
      const end = await runAlone({ git, config, root, teams, head: repository.head }, session, watch, stop);
      if (end.exitCode === 0) return EXIT.passed;
      if (end.cause === 'stopped') return EXIT.interrupted;
      options.stderr(`${printable(end.tail, { multiline: true })}\n`);
      const what = `the session on ${config.backend} failed (${end.exitCode ?? end.signal ?? end.cause})`;
      return refuse(options, { code: 'session-failed', what, where: folder }, EXIT.notPassed);
    });
    unwatch();
    if (ended !== EXIT.passed) return ended;
  }
  const draft = await readDraft(draftFile, { cwd: options.cwd, backends: backendNames(config) });
  if (!draft.ok) return refuse(options, draft.error, EXIT.notPassed);
  const { prd, diagnostics, text } = draft.value;
  if (diagnostics.length > 0) options.stderr(renderDiagnostics(diagnostics, { color: options.color }));
  if (prd === null) return EXIT.notPassed;
  const created = await createPrd(prdFile, text);
  if (!created.ok) return refuse(options, created.error, EXIT.environment);
  options.stdout(
    `${planText(prd, paintFor(options.color))}\nprd.json is written. Look at it, then: teams run\n`,
  );
  return EXIT.passed;
}

function refuse(options: InitOptions, problem: Problem, code: ExitCode): ExitCode {
  printProblem(options, problem);
  return code;
}
