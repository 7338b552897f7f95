import { defineConfig } from 'vitest/config';

const source = {
  alias: [{ find: /^#libs\/(\w+)$/, replacement: `${import.meta.dirname}/libs/$1/src/index.ts` }],
};

/** unit: beside the source, no services. integration and e2e: real Kafka, ClickHouse and Redis from tests/setup. */
export default defineConfig({
  test: {
    projects: [
      {
        resolve: source,
        test: { name: 'unit', testTimeout: 60_000, include: ['{apps,libs,deploy}/**/*.test.{ts,tsx}'] },
      },
      {
        resolve: source,
        test: {
          name: 'integration',
          include: ['tests/{integration,e2e,chaos}/**/*.test.ts'],
          globalSetup: ['tests/setup/services.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
