import 'reflect-metadata';

import { runProcess } from '#libs/platform';

import { createWorker } from './worker.js';

runProcess('worker', (parts) => createWorker(parts).start());
