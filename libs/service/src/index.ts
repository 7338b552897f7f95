export { loggingModule, NestLogger } from './logging.module.js';
export { Metrics } from './metrics.js';
export { ObservabilityModule, PUBLIC_ROUTE, PublicRoute } from './observability.module.js';
export { CONFIG_EXIT_CODE, runProcess, type ProcessParts } from './process.js';
export { STORE, StoreModule } from './store.module.js';
