import { main } from './opencode-session/main.ts';

process.exitCode = await main();
