import 'reflect-metadata';

import { runProcess } from '#libs/service';

import { createWorker } from './worker.js';

runProcess('worker', (parts) => createWorker(parts).start());
