import { build, Mistake } from './src/build.js';

try {
  const count = await build('content', 'site');
  console.log(`${count} files in site/`);
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
