import {
  type UsedBackend,
  type DoctorFacts,
  type Finding,
  isReady,
  isSpare,
  type Subject,
  type Told,
} from '../domain/doctor.ts';
import { printable } from '../domain/printable.ts';
import type { Problem } from '../domain/problem.ts';
import type { Paint } from './paint.ts';
import { plural, shortCommit } from './words.ts';

interface Row {
  readonly subject: Subject;
  readonly name: string;
  readonly text: string;
  /** It is not there and need not be. */
  readonly absent?: boolean;
  readonly details?: readonly (readonly [string, Told<string> | string])[];
}

/** `teams doctor`; ends with a newline. */
export function doctorText(facts: DoctorFacts, findings: readonly Finding[], paint: Paint): string {
  const [around, backends] = [surroundings(facts), facts.backends.map(backendRow)];
  const width = Math.max(...[...around, ...backends].map(({ name }) => printable(name).length));
  const show = (row: Row): readonly string[] => rowLines(row, findings, width, paint);
  const lines = [
    paint.bold(`teams ${facts.teams} on ${facts.platform}`),
    '',
    ...around.flatMap(show),
    '',
    paint.bold('agents'),
    ...backends.flatMap(show),
    '',
    ending(facts, findings, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function surroundings(facts: DoctorFacts): readonly Row[] {
  const { git, node, disk, repository, configuration, prd } = facts;
  const rows: Row[] = [
    { subject: 'git', name: 'git', text: [git.version ?? 'none', git.path ?? ''].join('  ') },
    { subject: 'node', name: 'node', text: `${node.version}  ${node.path}` },
  ];
  if (disk !== null) {
    rows.push({ subject: 'disk', name: 'disk', text: `${bytes(disk.freeBytes)} free at ${disk.path}` });
  }
  rows.push({
    subject: 'repository',
    name: 'repository',
    text: repository.ok
      ? `${repository.value.root}, ${repository.value.branch ?? 'no branch'} at ${shortCommit(repository.value.head)}`
      : 'none to work in',
    absent: !repository.ok,
  });
  const { file, permissions } = configuration;
  rows.push({
    subject: 'configuration',
    name: 'configuration',
    text: `${file ?? 'no teams.config.yml, the defaults hold'}; permissions: ${permissions}`,
  });
  const size = (epics: number, stories: number): string =>
    epics === 0 ? '' : `: ${plural(epics, 'epic')}, ${plural(stories, 'story', 'stories')}`;
  rows.push({
    subject: 'prd',
    name: 'PRD',
    text: prd === null ? 'no prd.json' : prd.file + size(prd.epics, prd.stories),
    absent: prd === null,
  });
  return rows;
}

const USES: Readonly<Record<UsedBackend['use'], string | null>> = {
  needed: 'a run would use it',
  'stand-in': 'a run would use it as a stand-in',
  none: null,
};

function backendRow(backend: UsedBackend): Row {
  const { name, use, version, launcher, program, login, sandbox, problem } = backend;
  const row = { subject: `backend ${name}` as const, name };
  if (isSpare(backend)) {
    return { ...row, text: ['not installed', problem?.fix ?? []].flat().join(': '), absent: true };
  }
  const text = [version ?? [], USES[use] ?? []].flat().join(', ');
  if (program === null) return { ...row, text };
  const details: (readonly [string, Told<string> | string])[] = [['program', program]];
  if (launcher !== null && launcher !== program) details.push(['found by', launcher]);
  if (login !== null) details.push(['login', login]);
  details.push(['sandbox', sandbox]);
  return { ...row, text, details };
}

function rowLines(row: Row, findings: readonly Finding[], width: number, paint: Paint): readonly string[] {
  const own = findings.filter(({ subject }) => subject === row.subject);
  const indent = ' '.repeat(width + 4);
  const name = printable(row.name).padEnd(width);
  const text = printable(row.text);
  return [
    row.absent === true && own.length === 0
      ? paint.dim(`- ${name}  ${text}`)
      : `${mark(own, paint)} ${name}  ${text}`.trimEnd(),
    ...(row.details ?? []).flatMap(([label, told]) => {
      const { text: said, fix } = typeof told === 'string' ? { text: told } : told;
      // What is a finding is told below, with its fix.
      if (own.some(({ problem }) => problem.what === said)) return [];
      const value = printable(fix === undefined ? said : `${said} (${fix})`);
      return paint.dim(`${indent}${label.padEnd(8)}  ${value}`);
    }),
    ...own.flatMap((finding) => problemLines(finding, paint).map((line) => indent + line)),
  ];
}

function mark(findings: readonly Finding[], paint: Paint): string {
  if (findings.some(({ severity }) => severity === 'error')) return paint.red('✗');
  return findings.length > 0 ? paint.yellow('!') : paint.green('✓');
}

function problemLines({ severity, problem }: Finding, paint: Paint): readonly string[] {
  const color = severity === 'error' ? paint.red : paint.yellow;
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['where', problem.where],
    ['why', problem.why],
  ];
  return [
    color(printable(problem.what)),
    ...parts.flatMap(([label, text]) =>
      text === undefined ? [] : [`${label.padEnd(5)}  ${printable(text)}`],
    ),
    ...fixLines(problem, paint),
  ];
}

const fixLines = ({ fix }: Problem, paint: Paint): readonly string[] =>
  fix === undefined ? [] : [`fix    ${paint.cyan(printable(fix))}`];

function ending(facts: DoctorFacts, findings: readonly Finding[], paint: Paint): string {
  const usable = facts.backends.filter(({ use, problem }) => use !== 'none' && problem === null);
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const rest = warnings === 0 ? '' : ` (${plural(warnings, 'warning')})`;
  const place = findings.some(({ subject }) => subject === 'repository') ? ', but not in this folder' : '';
  if (isReady(findings))
    return `${paint.green('ready')}: sessions can be started on ${usable.map(({ name }) => printable(name)).join(', ')}${place}${rest}`;
  return `${paint.red('not ready')}: ${plural(findings.length - warnings, 'problem')} to mend first${rest}`;
}

function bytes(count: number): string {
  const gigabytes = count / 1e9;
  return gigabytes >= 10 ? `${Math.floor(gigabytes)} GB` : `${gigabytes.toFixed(1)} GB`;
}
