import { sandboxState } from '../../src/adapters/agents/claude-sandbox.ts';
import { describeTeam } from './team-suite.ts';

/** Nothing is confined: only a push is held back, by rules and by git. */
const FREE = {
  pushed: ['unset'],
  written: true,
  read: true,
  network: true,
} as const;

const CLOSED = { pushed: [], written: false, read: true, network: false } as const;

await describeTeam('claude', {
  costs: true,
  toolsOfRoles: true,
  failures: {
    unauthorized: /401 invalid api key/,
    limit: /usage limit/,
    'server-error': /500 internal error/,
  },
  limits: { tellsReset: true, waits: false },
  permissions: {
    safe: FREE,
    bypass: FREE,
    // Where it cannot work, claude-sandbox.conformance.ts says so.
    ...((await sandboxState('/')).state === 'available' && { sandboxed: CLOSED }),
  },
  denied: /denied: .*git push/,
  hidden: [],
  waits: true,
  usageWhenStopped: false,
});
