import { readCopilotLine } from '../../src/adapters/agents/copilot-events.ts';
import { describeTeam } from './team-suite.ts';

await describeTeam('copilot', {
  readLine: readCopilotLine,
  costs: false,
  resets: false,
  denied: [/^denied: .*shell\(git push\)/],
  confined: true,
  hidden: ['COPILOT_PROVIDER_API_KEY', 'GH_TOKEN'],
});
