import { main } from './opencode-session/main.ts';

void main().then((code) => {
  process.exitCode = code;
});
