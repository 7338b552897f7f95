import type { PredictionEvent } from '#libs/contracts';

import { ok, type Step } from './step.js';

/** Redact: the one place where a project's rules on personal data change or refuse an event, before anything of it is stored. */
export type Redact = (event: PredictionEvent) => Step<PredictionEvent>;

/** keepAll: a project without such rules. */
export const keepAll: Redact = (event) => ok(event);
