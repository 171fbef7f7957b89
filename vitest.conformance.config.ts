import { defineConfig } from 'vitest/config';

/** Real agent CLIs against a scripted model: `npm run test:backends`. */
export default defineConfig({
  test: {
    include: ['tests/conformance/**/*.conformance.ts'],
    globalSetup: ['tests/conformance/isolate/setup.ts'],
    // A CLI on a busy machine takes seconds to start: the limit only catches hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
