import { describeTeam } from './team-suite.ts';

await describeTeam('copilot', {
  costs: false,
  toolsOfRoles: true,
  failures: { unauthorized: /401/, limit: /429/, 'server-error': /500/ },
  limits: { tellsReset: false, waits: true },
  permissions: {
    safe: { pushed: ['unset'], written: true, read: false, network: true },
    bypass: { pushed: ['unset'], written: true, read: true, network: true },
  },
  denied: /denied: .*shell\(git push\)/,
  hidden: ['COPILOT_PROVIDER_API_KEY', 'GH_TOKEN'],
  waits: true,
  usageWhenStopped: true,
});
