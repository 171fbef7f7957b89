import { describeTeam } from './team-suite.ts';

/** The sandbox of the operating system; it tells nobody but the command. */
const CLOSED = { pushed: [], written: false, read: true, network: false } as const;

await describeTeam('codex', {
  costs: false,
  toolsOfRoles: false,
  failures: { unauthorized: /401 Unauthorized/, limit: /usage limit/, 'server-error': /high demand/ },
  limits: { tellsReset: true, waits: false },
  permissions: {
    safe: CLOSED,
    sandboxed: CLOSED,
    bypass: { pushed: ['unset'], written: true, read: true, network: true },
  },
  denied: null,
  hidden: ['CODEX_API_KEY'],
  waits: false,
  usageWhenStopped: true,
});
