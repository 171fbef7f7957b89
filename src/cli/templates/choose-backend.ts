import { inspectBackends } from '../../adapters/agents/inspect.ts';
import { AGENT_CLIS } from '../../domain/backend-names.ts';
import { DEFAULTS } from '../../domain/config.ts';
import type { Person } from '../authoring/person.ts';

/** The backend whose agents follow the script of a template. */
export const SCRIPTED = 'scripted';

/** Who builds what a template describes; null: the person left. */
export async function chooseBackend(root: string, person: Person | null): Promise<string | null> {
  const reports = await inspectBackends(AGENT_CLIS, DEFAULTS, root);
  const found = reports.filter(({ problem }) => problem === null).map(({ name }) => name);
  const first = found[0] ?? SCRIPTED;
  if (person === null) return first;
  const choices = [
    ...found.map((name) => ({ value: name, label: name })),
    { value: SCRIPTED, label: 'nobody', hint: 'scripted agents: see a whole run without an agent CLI' },
  ];
  return (await person.ask()).choose('Who builds it?', choices, first);
}
