import type { Reporter } from './reporter.ts';

/** `--json`: one event per line, as in the journal, and nothing else. */
export function jsonReporter(write: (text: string) => void): Reporter {
  return {
    event: (event) => write(`${JSON.stringify(event)}\n`),
    activity: () => {},
    close: () => {},
  };
}
