import { loadScenario } from './scenario.ts';
import { startModelServer } from './server.ts';

/** `npm run model-server -- <scenario> [file for the record of requests]`: plays a scenario until nobody asks any more. */
const [path, record] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: npm run model-server -- <scenario.yml> [requests.jsonl]');
  process.exitCode = 2;
} else {
  const { url } = await startModelServer(loadScenario(path), { ...(record !== undefined && { record }) });
  console.log(url);
}
