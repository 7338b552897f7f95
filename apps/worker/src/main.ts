import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';

import { runProcess } from '#libs/service';

import { createWorker } from './worker.js';

// Reading a baseline leaves garbage of several times its size; a worker is to be small rather than a little quicker.
setFlagsFromString('--heap-growing-percent=30');

runProcess('worker', (parts) => createWorker(parts).start());
