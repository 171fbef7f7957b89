import { readClaudeLine } from '../../src/adapters/agents/claude-events.ts';
import { describeTeam } from './team-suite.ts';

await describeTeam('claude', {
  readLine: readClaudeLine,
  costs: true,
  resets: true,
  denied: [/^denied: Bash git push origin HEAD; Bash git status && git push origin HEAD$/],
  confined: false,
  hidden: [],
});
