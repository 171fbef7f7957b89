import { resumeCommand } from '../../src/cli/commands/resume.ts';
import { runCommand } from '../../src/cli/commands/run.ts';
import type { ExitCode } from '../../src/domain/exit-codes.ts';
import { withBoundaries } from './boundaries.ts';

// Bundled by the tests alone: `teams run` and `teams resume`, with faults between the engine and the real adapters.
const [command, fatal = '', log = ''] = process.argv.slice(2);

/** A command that a test wants of a server. */
export interface Wish {
  readonly id: number;
  readonly command: 'run' | 'resume';
  readonly cwd: string;
}

export interface Answer {
  readonly id: number;
  readonly code: ExitCode | null;
  /** What it said on stderr, or what it threw. */
  readonly said: string;
}

if (command === 'serve') {
  // To start a process for each costs more than what a command does; and only a small process starts others cheaply,
  // so it is not done in that of the tests.
  process.on('message', ({ id, command: wanted, cwd }: Wish) => {
    let said = '';
    const answer = (code: ExitCode | null): void => void process.send?.({ id, code, said } satisfies Answer);
    perform(wanted, cwd, (text) => (said += text)).then(answer, (error: unknown) => {
      said += error instanceof Error ? error.stack : String(error);
      answer(null);
    });
  });
} else {
  process.exitCode = await perform(command as Wish['command'], process.cwd(), () => undefined);
}

function perform(wanted: Wish['command'], cwd: string, stderr: (text: string) => void): Promise<ExitCode> {
  const options = { cwd, json: true, stdout: () => undefined, stderr, color: false, env: {} };
  const compose = withBoundaries(fatal, log);
  return wanted === 'resume' ? resumeCommand(options, compose) : runCommand(options, compose);
}
