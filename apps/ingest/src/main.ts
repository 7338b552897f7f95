import 'reflect-metadata';

import { runProcess } from '#libs/platform';

import { createIngest } from './ingest.js';

runProcess('ingest', async (parts) => {
  await createIngest(parts).start();
  parts.logger.info({ topics: parts.config.topics.projects }, 'ingesting');
});
