import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_BACKENDS } from '../domain/backend-names.ts';
import { type Config, type ConfigFile, configSchema } from '../domain/config.ts';
import { type Diagnostic, hasErrors } from '../domain/diagnostics.ts';
import { checkValues } from './config-checks.ts';
import { type Report, reportIssues } from './config-issues.ts';
import {
  coerce,
  type ConfigKey,
  configVariables,
  flagOf,
  nest,
  type Settings,
  settingsIn,
  variableOf,
} from './config-keys.ts';
import { type Layer, type Origin, resolveConfig } from './config-resolve.ts';
import { Findings, isRecord } from './findings.ts';
import { nearMiss } from '../domain/near-miss.ts';
import { readText, type SourceText } from './text.ts';
import { parseYaml } from './yaml.ts';

export const CONFIG_FILE = 'teams.config.yml';
const MISNAMED = 'teams.config.yaml';

export interface ConfigRequest {
  /** The folder that holds teams.config.yml: the root of the repository. */
  readonly root: string;
  /** Another file, which then has to exist. */
  readonly path?: string;
  /** The name of the file that people see. */
  readonly name?: string;
  /** What the command line sets, by dotted key. */
  readonly flags: { readonly [K in ConfigKey]?: Settings[K] | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  readonly diagnostics: readonly Diagnostic[];
  /** Null exactly when a diagnostic is an error. */
  readonly config: Config | null;
  /** Where each value comes from, by dotted key. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** The file that was read, null when there is none. */
  readonly file: string | null;
}

/** The effective configuration: flag, then variable, then file, then preset, then default. Never throws on what they hold. */
export async function loadConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const path = request.path ?? join(request.root, CONFIG_FILE);
  const name = request.name ?? request.path ?? CONFIG_FILE;
  const diagnostics: Diagnostic[] = [];
  let file: Layer | null = null;
  if (request.path !== undefined || existsSync(path)) {
    const read = await readText(path, name);
    if (read.ok) file = fileLayer(read.value, diagnostics);
    else diagnostics.push(read.error);
  } else if (existsSync(join(request.root, MISNAMED))) {
    diagnostics.push({
      severity: 'warning',
      code: 'not-read',
      message: `this file is not read: the configuration is ${CONFIG_FILE}`,
      file: MISNAMED,
      fix: `rename it to ${CONFIG_FILE}`,
    });
  }
  const backends = isRecord(file?.given) && isRecord(file.given['backends']) ? file.given['backends'] : {};
  const { settings, unknown } = settingsIn(request.env);
  const flags = Object.entries(request.flags).filter(
    (entry): entry is [ConfigKey, string] => entry[1] !== undefined,
  );
  const layers = [
    textLayer('flag', flags, backends, diagnostics),
    textLayer('env', settings, backends, diagnostics),
    ...(file === null ? [] : [file]),
  ];
  warnOfMisspeltVariables(unknown, diagnostics);
  const resolved = resolveConfig(layers);
  return {
    diagnostics,
    config: hasErrors(diagnostics) ? null : resolved.config,
    origins: resolved.origins,
    file: file === null ? null : path,
  };
}

/** The names that `backend` may have, in the configuration and in a PRD. */
export const backendNames = (config: Pick<Config, 'backends'>): readonly string[] => [
  ...new Set([...BUILT_IN_BACKENDS, ...Object.keys(config.backends)]),
];

function fileLayer(source: SourceText, diagnostics: Diagnostic[]): Layer {
  const findings = new Findings(source);
  const parsed = parseYaml(source.text);
  findings.addSyntax(parsed.findings);
  const given = parsed.value ?? {};
  const report: Report = ({ path, part, ...finding }) => {
    findings.add({ ...finding, at: parsed.find(path, part) });
  };
  const values = parsed.findings.length > 0 ? {} : check(given, report);
  if (parsed.findings.length === 0) {
    const backends = isRecord(given) && isRecord(given['backends']) ? given['backends'] : {};
    checkValues(given, backends, report);
  }
  diagnostics.push(...findings.diagnostics());
  const where = (path: readonly string[]): string => {
    const { line, column } = source.span(parsed.find(path, 'value'));
    return `${source.file}:${line}:${column}`;
  };
  return { origin: 'file', given, values, where };
}

function textLayer(
  origin: 'flag' | 'env',
  entries: Iterable<readonly [ConfigKey, string | number | readonly string[]]>,
  backends: Readonly<Record<string, unknown>>,
  diagnostics: Diagnostic[],
): Layer {
  const nameOf = origin === 'flag' ? flagOf : variableOf;
  const given = nest([...entries].map(([key, value]) => [key, coerce(key, value)]));
  const report: Report = ({ path, code, message, fix }) => {
    const key = path.filter((step) => typeof step === 'string').join('.');
    diagnostics.push({
      severity: 'error',
      code,
      message: `${nameOf(key)}: ${message}`,
      file: origin === 'flag' ? 'command line' : 'environment',
      ...(fix === undefined ? {} : { fix }),
    });
  };
  const values = check(given, report);
  checkValues(given, backends, report);
  return { origin, given, values, where: (path) => nameOf(path.join('.')) };
}

function check(given: unknown, report: Report): ConfigFile {
  const result = configSchema.safeParse(given);
  if (result.success) return result.data;
  reportIssues(given, result.error.issues, report);
  return {};
}

function warnOfMisspeltVariables(names: readonly string[], diagnostics: Diagnostic[]): void {
  for (const name of names) {
    const near = nearMiss(name, configVariables());
    if (near === null) continue;
    diagnostics.push({
      severity: 'warning',
      code: 'unknown-variable',
      message: `${name} is set, but means nothing to teams`,
      file: 'environment',
      fix: `did you mean ${near}?`,
    });
  }
}
