import 'reflect-metadata';

import { runProcess } from '#libs/service';

import { createIngest } from './ingest.js';

runProcess('ingest', async (parts) => {
  await createIngest(parts).start();
  parts.logger.info({ topics: parts.config.topics.projects }, 'ingesting');
});
