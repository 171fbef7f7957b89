import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type TempRepo, gitEnvironment, tempRepo } from '../../rig/temp-repo.ts';
import type { CliName } from '../install/clis.ts';
import { type HomeOptions, freshHome } from '../isolate/home.ts';
import { COMMANDS, type Command, SESSION, SETTINGS, WRITE_ROLE } from './commands.ts';
import { runServed } from './opencode-serve.ts';
import { type DirectEnd, LIMIT_MS, POLL_MS, type Program } from './program.ts';
import type { Scenario } from './scenario.ts';
import { type RecordedRequest, startModelServer } from './server.ts';

/** One CLI in a repository of its own, told to play a scenario. */
export interface Stage {
  readonly repo: TempRepo;
  readonly requests: readonly RecordedRequest[];
  /** Runs the CLI to its end, or until `stop` ends it. */
  run(options?: RunOptions): Promise<DirectEnd>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Goes on with the session of this id. */
  readonly resume?: string;
  readonly prompt?: string;
  /** Stops it the way that suits it as soon as this holds. */
  readonly stop?: () => boolean;
}

/** What a CLI leaves behind may hold its pipes open. */
const DRAIN_MS = 500;
/** Codex takes its tools along on SIGINT only, the others on SIGTERM. */
const signalFor = (name: CliName): NodeJS.Signals => (name === 'codex' ? 'SIGINT' : 'SIGTERM');

export async function openStage(
  name: CliName,
  binary: string,
  scenario: Scenario,
  options: HomeOptions = {},
): Promise<Stage> {
  const repo = tempRepo();
  const folder = dirname(repo.path);
  const home = join(folder, 'home');
  const bodies = process.env['TEAMS_BODIES'];
  const server = await startModelServer(scenario, {
    ...(bodies !== undefined && { bodies: join(bodies, `${name}-${basename(folder)}`) }),
  });
  const settings = { ...freshHome(name, server.url, home, options), ...SETTINGS[name] };
  // The mark by which the test finds what is left of it.
  const program = {
    binary,
    cwd: repo.path,
    env: { ...settings, ...gitEnvironment, TEAMS_RUN_ID: folder },
  };
  const place = {
    repo: repo.path,
    folder,
    write: (path: string, content: string): void => {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    },
  };
  WRITE_ROLE[name](place);
  return {
    repo,
    requests: server.requests,
    run: ({ resume, prompt = leadPrompt(place), stop = () => false } = {}) => {
      if (name === 'opencode') return runServed(program, prompt, resume ?? null, stop);
      const command = COMMANDS[name](place, prompt, resume ?? null);
      return runCommand(program, command, stop, signalFor(name));
    },
    close: async () => {
      await server.close();
      repo.remove();
    },
  };
}

const leadPrompt = ({ repo, folder }: { readonly repo: string; readonly folder: string }): string =>
  `<!-- teams-role: team-lead -->
You lead epic E1, attempt 1. Use sub-agents named builder.
- Worktree (your working directory): \`${repo}\`
Write JSON to \`${join(folder, 'result.json')}\`.
`;

function runCommand(
  { binary, cwd, env }: Program,
  { args, stdin }: Command,
  stop: () => boolean,
  signal: NodeJS.Signals,
): Promise<DirectEnd> {
  const child = spawn(binary, args, { cwd, env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // It may have ended before it read its input.
  child.stdin.on('error', () => undefined).end(stdin);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const poll = setInterval(() => {
    if (!stop()) return;
    clearInterval(poll);
    child.kill(signal);
  }, POLL_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(limit);
      clearInterval(poll);
      setTimeout(() => resolve({ code, stdout, stderr, session: sessionOf(stdout) }), DRAIN_MS);
    });
  });
}

/** A CLI that does not tell its session before the end was given one. */
const sessionOf = (stdout: string): string =>
  /"(?:session_id|thread_id|sessionId)":"([^"]+)"/.exec(stdout)?.[1] ?? SESSION;
