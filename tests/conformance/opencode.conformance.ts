import { describeTeam } from './team-suite.ts';

await describeTeam('opencode', {
  costs: true,
  toolsOfRoles: true,
  failures: { unauthorized: /invalid api key/, limit: /Rate limit/, 'server-error': /internal error/ },
  limits: { tellsReset: true, waits: true },
  permissions: {
    safe: { pushed: ['unset'], written: true, read: false, network: true },
    bypass: { pushed: ['unset'], written: true, read: true, network: true },
  },
  denied: /bash failed: .*rule/,
  hidden: [],
  waits: true,
  usageWhenStopped: false,
});
