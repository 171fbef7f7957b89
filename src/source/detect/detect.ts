import {
  dotnetCommands,
  goCommands,
  javaCommands,
  phpCommands,
  rubyCommands,
  rustCommands,
} from './languages.ts';
import { nodeCommands } from './node.ts';
import type { ProjectFiles } from './project-files.ts';
import { pythonCommands } from './python.ts';
import type { Suggestions } from './suggestion.ts';
import { taskCommands } from './tasks.ts';

const ECOSYSTEMS = [
  nodeCommands,
  pythonCommands,
  rustCommands,
  goCommands,
  rubyCommands,
  javaCommands,
  phpCommands,
  dotnetCommands,
];

/** The commands that the files at the root of a repository speak for. Pure. */
export function detectCommands(files: ProjectFiles): Suggestions {
  const found = ECOSYSTEMS.map((commands) => commands(files));
  const setup = found.flatMap((one) => one.setup);
  const verify = found.flatMap((one) => one.verify);
  const tasks = taskCommands(files);
  // Where nothing else tells how the project is checked, its own tasks do.
  const alone = !verify.some((one) => one.likely);
  return { setup, verify: [...verify, ...tasks.map((one) => (alone ? { ...one, likely: true } : one))] };
}
