import { resolve } from 'node:path';
import { type BackendConfig, PLACEHOLDERS } from '../../domain/config.ts';
import type { BackendFacts } from '../../domain/doctor.ts';
import type { SessionRequest } from '../../engine/ports.ts';
import { readActivityLine } from './activity-lines.ts';
import type { Backend } from './backend.ts';
import { findExecutable } from './executable.ts';
import { isSet } from './login.ts';

type CommandConfig = Extract<BackendConfig, { command: unknown }>;

/** Any program, by an argv template of the configuration. */
export function commandBackend(name: string, config: CommandConfig, root: string): Backend {
  const [program = '', ...args] = config.command;
  return {
    async unavailable() {
      if ((await findExecutable(program, root)) !== null) return null;
      return {
        code: 'backend-not-executable',
        what: `backend ${name}: ${JSON.stringify(program)} is not an executable program`,
        where: `backends.${name}.command in teams.config.yml`,
        why: program.includes('/')
          ? `looked for ${resolve(root, program)}`
          : 'it is in no folder of the PATH',
        fix: `install it, make it executable (chmod +x), or correct backends.${name}.command`,
      };
    },
    async inspect() {
      const path = await findExecutable(program, root);
      const missing = config.env.filter((variable) => !isSet(variable));
      return {
        version: null,
        launcher: path,
        program: path,
        login: config.env.length === 0 ? null : variables(name, config.env, missing),
        sandbox: { state: 'unknown', text: 'not known', needed: false },
      };
    },
    launch: async (request) => ({
      // Every worktree has a copy of a program of the repository, which an agent may change: the person's own is meant.
      argv: [
        program.includes('/') ? resolve(root, program) : program,
        ...args.map((arg) => fill(arg, request)),
      ],
      stdin: config.stdin,
      inherit: config.env,
      env: {},
    }),
    readLine: readActivityLine,
  };
}

function variables(
  backend: string,
  names: readonly string[],
  missing: readonly string[],
): NonNullable<BackendFacts['login']> {
  if (missing.length === 0) return { state: 'found', text: `set: ${names.join(', ')}` };
  return {
    state: 'missing',
    text: `not set: ${missing.join(', ')}`,
    fix: `set ${missing.length === 1 ? 'it' : 'them'} before you start teams, or correct backends.${backend}.env`,
  };
}

/** Each argument stays one argument, whatever the values hold. Other braces are left as they are. */
function fill(argument: string, request: SessionRequest): string {
  const values: Readonly<Record<(typeof PLACEHOLDERS)[number], string>> = {
    prompt_file: request.promptFile,
    worktree: request.worktree,
    result: request.resultPath,
    epic_id: request.epicId ?? '',
    role: request.role,
    model: request.model ?? '',
    session: request.resume?.sessionId ?? '',
  };
  // In one go: what a value holds is not looked at again.
  return argument.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const placeholder = PLACEHOLDERS.find((known) => known === name);
    return placeholder === undefined ? whole : values[placeholder];
  });
}
