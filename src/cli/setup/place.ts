import { join, relative } from 'node:path';
import { inspectBackends } from '../../adapters/agents/inspect.ts';
import { AGENT_CLIS } from '../../domain/backend-names.ts';
import { type Config, type ConfigFile, configSchema } from '../../domain/config.ts';
import type { BackendReport } from '../../domain/doctor.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { detectCommands } from '../../source/detect/detect.ts';
import { readProjectFiles } from '../../source/detect/project-files.ts';
import type { Suggestion, Suggestions } from '../../source/detect/suggestion.ts';
import { valueAt } from '../../source/config-keys.ts';
import { CONFIG_FILE, type ConfigRequest, loadConfig } from '../../source/load-config.ts';
import {
  type Answers,
  answersIn,
  type AskedKey,
  type LimitKey,
  LIMITS,
  STEPS,
  stepsOf,
  TIMES,
} from '../../source/setup-answers.ts';
import { readText, type SourceText } from '../../source/text.ts';
import { parseYaml } from '../../source/yaml.ts';
import { type CommandContext, lookOf } from '../output.ts';

/** What flags have answered: none of it is asked. */
export interface Given {
  readonly settings: Pick<ConfigRequest['flags'], Exclude<AskedKey, LimitKey>> & {
    /** Null: no limit, whatever the file says. */
    readonly [K in LimitKey]?: number | null | undefined;
  };
  /** Beside those that the file has. */
  readonly models: Readonly<Record<string, string>>;
}

/** Everything that is known before the first question. */
export interface Place {
  readonly path: string;
  /** As a person calls the file. */
  readonly name: string;
  /** Null: there is none yet. */
  readonly source: SourceText | null;
  readonly file: ConfigFile;
  readonly backends: readonly BackendReport[];
  readonly suggestions: Suggestions;
  /** What there would be without any question. */
  readonly answers: Answers;
  readonly given: ReadonlySet<AskedKey | 'models'>;
}

/** Null after saying on stderr what is wrong with the file or with the flags. */
export async function readPlace(context: CommandContext, root: string, given: Given): Promise<Place | null> {
  const path = join(root, CONFIG_FILE);
  const name = relative(context.cwd, path);
  // Variables of today have no business in a file.
  const flags = Object.fromEntries(Object.entries(given.settings).filter(([, value]) => value !== null));
  const { config, diagnostics, file } = await loadConfig({ root, name, flags, env: {} });
  const read = file === null ? null : await readText(file, name);
  const all = read?.ok === false ? [...diagnostics, read.error] : diagnostics;
  if (all.length > 0) context.stderr(renderDiagnostics(all, lookOf(context)));
  if (config === null || read?.ok === false) return null;
  const source = read?.value ?? null;
  const values = configSchema.parse((source === null ? null : parseYaml(source.text).value) ?? {});
  const suggestions = detectCommands(await readProjectFiles(root));
  const described = Object.keys(config.backends);
  // "scripted" needs a script: it is one of those that are described.
  const backends = await inspectBackends(new Set([...AGENT_CLIS, ...described]), config, root);
  const keys = Object.entries(given.settings).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const told = new Set([
    ...keys,
    ...(Object.keys(given.models).length > 0 ? ['models'] : []),
  ]) as Place['given'];
  return {
    path,
    name,
    source,
    file: values,
    backends,
    suggestions,
    answers: answersBefore({ config, file: values, given, told, backends, suggestions }),
    given: told,
  };
}

interface Known extends Pick<Place, 'file' | 'backends' | 'suggestions'> {
  readonly config: Config;
  readonly given: Given;
  readonly told: Place['given'];
}

/** Flags, then the file, then what the machine and the repository suggest, then the defaults. */
function answersBefore({ config, file, given, told, backends, suggestions }: Known): Answers {
  const answers = answersIn(config);
  const suggested = (key: 'setup' | 'verify'): readonly string[] =>
    file[key] === undefined && !told.has(key) ? likelyOf(suggestions[key]) : answers[key];
  const found = backends.filter(({ problem }) => problem === null).map(({ name }) => name);
  const chosen = file.backend !== undefined || told.has('backend') || found.includes(answers.backend);
  const steps = STEPS.flatMap((step) => (told.has(step) ? [[step, answers[step]]] : []));
  // 1h stays 1h, and does not become 60m.
  const times = TIMES.map((key) => [key, given.settings[key] ?? valueAt(file, key) ?? answers[key]]);
  const lifted = LIMITS.flatMap((key) => (given.settings[key] === null ? [[key, null]] : []));
  return {
    ...answers,
    ...Object.fromEntries(lifted),
    ...(Object.fromEntries(times) as Pick<Answers, (typeof TIMES)[number]>),
    backend: chosen ? answers.backend : (found[0] ?? answers.backend),
    // A preset on the command line is the answer to how much is planned: the steps of the file go with the one before.
    ...(told.has('preset') ? { ...stepsOf(answers.preset), ...Object.fromEntries(steps) } : {}),
    setup: suggested('setup'),
    verify: suggested('verify'),
    models: { ...answers.models, ...given.models },
  };
}

const likelyOf = (suggestions: readonly Suggestion[]): readonly string[] => [
  ...new Set(suggestions.filter((one) => one.likely).map((one) => one.command)),
];
