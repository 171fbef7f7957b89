import type { Log, Region, ReportingDescriptor, Result } from 'sarif';
import type { Diagnostic, Span } from '../domain/diagnostics.ts';
import { RULES } from '../domain/lint/rules.ts';
import { printable } from '../domain/printable.ts';

export interface SarifRequest {
  readonly diagnostics: readonly Diagnostic[];
  readonly version: string;
  /** Where a diagnostic's file is: a URI relative to the root of the repository, or one with a scheme. */
  readonly uriOf: (file: string) => string;
}

const IDS: readonly string[] = Object.keys(RULES);

/** SARIF 2.1.0, which editors and code hosts show beside the text. */
export function sarifLog({ diagnostics, version, uriOf }: SarifRequest): Log {
  const locationOf = (
    file: string,
    at: Span | undefined,
  ): Required<Pick<Result, 'locations'>>['locations'][0] => {
    const uri = uriOf(file);
    return {
      physicalLocation: {
        artifactLocation: { uri, ...(!/^[a-z]+:/i.test(uri) && { uriBaseId: '%SRCROOT%' }) },
        ...(at !== undefined && { region: regionOf(at) }),
      },
    };
  };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'teams', semanticVersion: version, rules: Object.entries(RULES).map(descriptor) },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map(({ severity, code, message, file, at, why, fix, related = [] }) => ({
          ruleId: code,
          ...(IDS.includes(code) && { ruleIndex: IDS.indexOf(code) }),
          level: severity,
          message: { text: plain(sentences([message, why, fix === undefined ? undefined : `Fix: ${fix}`])) },
          locations: [locationOf(file, at)],
          ...(related.length > 0 && {
            relatedLocations: related.map((entry, id) => ({
              id,
              ...locationOf(file, entry.at),
              message: { text: plain(entry.message) },
            })),
          }),
        })),
      },
    ],
  };
}

const descriptor = ([id, { summary, why }]: [
  string,
  { summary: string; why: string },
]): ReportingDescriptor => ({
  id,
  shortDescription: { text: sentences([summary]) },
  fullDescription: { text: sentences([summary, why]) },
  help: { text: sentences([why]) },
  defaultConfiguration: { level: 'warning' },
});

const regionOf = ({ line, column, length }: Span): Region => ({
  startLine: line,
  startColumn: column,
  endLine: line,
  endColumn: column + length,
});

const sentences = (parts: readonly (string | undefined)[]): string =>
  parts
    .flatMap((part) => (part === undefined ? [] : `${part.slice(0, 1).toUpperCase()}${part.slice(1)}.`))
    .join(' ');

/** What quotes a PRD must not become a link: the format has them in messages, as Markdown does. */
function plain(text: string): string {
  const shown = printable(text, { multiline: true });
  return shown.includes('](') ? shown.replace(/[[\]]/g, '\\$&') : shown;
}
