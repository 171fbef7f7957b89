import { main } from '../../src/cli/main.ts';

/** Runs a command line in this process, as bin.ts would, without colours. */
export async function runCli(
  argv: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let stdout = '';
  let stderr = '';
  const code = await main(argv, {
    cwd,
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    color: false,
    env: {},
  });
  return { code, stdout, stderr };
}
