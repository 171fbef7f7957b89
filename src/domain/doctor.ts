import { type Diagnostic, hasErrors } from './diagnostics.ts';
import type { Outcome, Problem } from './problem.ts';

/** What can be told of a backend without a network and without a token. */
export interface BackendFacts {
  readonly version: string | null;
  /** What is on the PATH or in the configuration; null: nothing. */
  readonly launcher: string | null;
  /** What a session starts: the native program behind the launcher, where there is one. */
  readonly program: string | null;
  /** An account, a key, or the variables that the configuration hands on. Null: it needs none. */
  readonly login: Told<'found' | 'missing' | 'unknown'> | null;
  /** The boundary that the operating system draws around its commands. */
  readonly sandbox: Sandbox;
}

export interface Told<State extends string> {
  readonly state: State;
  /** For people; never the content of a secret. */
  readonly text: string;
  readonly fix?: string;
}

export interface Sandbox extends Told<'available' | 'unavailable' | 'none' | 'unknown'> {
  /** The configured permissions rely on it. */
  readonly needed: boolean;
}

export interface DoctorFacts {
  readonly teams: string;
  readonly platform: string;
  readonly git: {
    readonly version: string | null;
    readonly path: string | null;
    readonly problem: Problem | null;
  };
  readonly node: { readonly version: string; readonly path: string; readonly oldest: string };
  /** Where `.teams` is or would be; null: the file system does not tell. */
  readonly disk: {
    readonly path: string;
    readonly writable: boolean;
    readonly freeBytes: number;
    /** Null: it has no such limit. */
    readonly freeFiles: number | null;
  } | null;
  readonly repository: Outcome<{
    readonly root: string;
    readonly branch: string | null;
    readonly head: string;
    /** Why no commit can be made in it. */
    readonly problem: Problem | null;
  }>;
  readonly configuration: {
    /** Null: there is none, the defaults hold. */
    readonly file: string | null;
    readonly permissions: string;
    readonly diagnostics: readonly Diagnostic[];
  };
  /** Null: there is none. */
  readonly prd: {
    readonly file: string;
    readonly epics: number;
    readonly stories: number;
    readonly diagnostics: readonly Diagnostic[];
  } | null;
  readonly backends: readonly UsedBackend[];
}

export interface BackendReport extends BackendFacts {
  readonly name: string;
  /** Why no session can be started on it. */
  readonly problem: Problem | null;
}

export interface UsedBackend extends BackendReport {
  /** What a run would do with it: `stand-in` for one that is not there. */
  readonly use: 'needed' | 'stand-in' | 'none';
}

export interface Finding {
  readonly subject: Subject;
  /** An error keeps `teams` from starting a session at all. */
  readonly severity: 'error' | 'warning';
  readonly problem: Problem;
}

export type Subject = 'git' | 'node' | 'disk' | 'repository' | 'configuration' | 'prd' | `backend ${string}`;

const MB = 1_000_000;
/** A few worktrees with their dependencies, and logs of 64 MB each. */
const LOW_DISK = 1_000 * MB;
const FEW_FILES = 20_000;

/** Everything that is wrong, in the order in which it is shown. Pure. */
export function findingsOf(facts: DoctorFacts): readonly Finding[] {
  const findings: Finding[] = [];
  const add = (subject: Subject, severity: Finding['severity'], problem: Problem | null): void => {
    if (problem !== null) findings.push({ subject, severity, problem });
  };
  add('git', 'error', facts.git.problem);
  add('node', 'error', nodeProblem(facts.node));
  for (const problem of diskProblems(facts.disk)) add('disk', 'warning', problem);
  // Without git nothing can be said of a repository.
  if (facts.git.problem === null) {
    add(
      'repository',
      'warning',
      facts.repository.ok ? facts.repository.value.problem : facts.repository.error,
    );
  }
  for (const found of facts.configuration.diagnostics) add('configuration', found.severity, problemIn(found));
  add('prd', 'warning', prdProblem(facts.prd));
  const replaced = facts.backends.some(({ use, problem }) => use === 'stand-in' && problem === null);
  for (const backend of facts.backends) {
    const subject = `backend ${backend.name}` as const;
    const severity = backend.use === 'needed' && !replaced ? 'error' : 'warning';
    if (backend.use !== 'none' || !OF_NO_CONCERN.has(backend.problem?.code ?? ''))
      add(subject, severity, backend.problem);
    if (backend.use === 'none' || backend.program === null) continue;
    add(subject, 'warning', missingIn('login-missing', backend.login));
    const { sandbox, problem } = backend;
    if (sandbox.needed && problem === null)
      add(subject, 'warning', missingIn('sandbox-unavailable', sandbox));
  }
  return findings;
}

/** Whether `teams` could start the sessions that the configuration asks for. */
export const isReady = (findings: readonly Finding[]): boolean =>
  findings.every(({ severity }) => severity !== 'error');

/** What is only wrong with a backend when a run would use it: not with one of four that nobody asked for. */
const OF_NO_CONCERN: ReadonlySet<string> = new Set([
  'backend-not-installed',
  'permissions-not-supported',
  'sandbox-unavailable',
]);

/** A CLI that is not installed, and that nobody asked for. */
export const isSpare = ({ use, problem }: UsedBackend): boolean =>
  use === 'none' && problem?.code === 'backend-not-installed';

function nodeProblem({ version, path, oldest }: DoctorFacts['node']): Problem | null {
  const [have, need] = [version, oldest].map((text) => text.split('.').map(Number));
  const [major = 0, minor = 0] = have ?? [];
  const [oldestMajor = 0, oldestMinor = 0] = need ?? [];
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return {
    code: 'old-node',
    what: `Node.js ${version} is too old`,
    where: path,
    why: `it has to be ${oldest} or newer`,
    fix: `install Node.js ${oldest} or newer: https://nodejs.org`,
  };
}

function diskProblems(disk: DoctorFacts['disk']): readonly Problem[] {
  if (disk === null) return [];
  const { path, writable, freeBytes, freeFiles } = disk;
  const problems: Problem[] = [];
  if (!writable) {
    problems.push({
      code: 'not-writable',
      what: 'teams cannot write where its files would be',
      where: path,
      fix: `make ${path} writable for you`,
    });
  }
  if (freeBytes < LOW_DISK) {
    problems.push({
      code: 'low-disk',
      what: `only ${Math.floor(freeBytes / MB)} MB are free`,
      where: path,
      why: 'each epic gets a worktree of its own, with what its setup installs',
      fix: 'free some disk space',
    });
  }
  if (freeFiles !== null && freeFiles < FEW_FILES) {
    problems.push({
      code: 'few-inodes',
      what: `the file system has room for only ${freeFiles} more files`,
      where: path,
      fix: 'remove files that you do not need, such as old node_modules folders',
    });
  }
  return problems;
}

function problemIn({ code, message, file, at, fix }: Diagnostic): Problem {
  const where = at === undefined ? file : `${file}:${at.line}:${at.column}`;
  return { code, what: message, where, ...(fix === undefined ? {} : { fix }) };
}

function prdProblem(prd: DoctorFacts['prd']): Problem | null {
  if (prd === null || !hasErrors(prd.diagnostics)) return null;
  const errors = prd.diagnostics.filter(({ severity }) => severity === 'error').length;
  return {
    code: 'prd-invalid',
    what: `${prd.file} has ${errors === 1 ? 'an error' : `${errors} errors`}`,
    fix: 'teams validate shows every problem with its fix',
  };
}

function missingIn(code: string, told: Told<string> | null): Problem | null {
  if (told === null || (told.state !== 'missing' && told.state !== 'unavailable')) return null;
  return { code, what: told.text, ...(told.fix === undefined ? {} : { fix: told.fix }) };
}
