export {
  ConfigError,
  loadConfig,
  requireSecretKey,
  type Config,
  type ProjectTopics,
  type Topics,
} from './config/load.js';
export { childEnvironment } from './config/child-environment.js';
export { Health, probe, type HealthCheck, type HealthReading, type HealthReport } from './health.js';
export { createLogger, type Logger } from './logging.js';
export { loggingModule, NestLogger } from './logging.module.js';
export { Metrics } from './metrics.js';
export { ObservabilityModule, PUBLIC_ROUTE, PublicRoute } from './observability.module.js';
export { backoffMs, retry, waitFor, type Backoff } from './retry.js';
export { Shutdown } from './shutdown.js';
export { Outbound, type OutboundRequest, type OutboundResponse } from './outbound/outbound.js';
export { OutboundError, type OutboundReason } from './outbound/outbound-error.js';
export {
  apiKeyPrefix,
  equalInConstantTime,
  hashApiKey,
  isApiKey,
  newApiKey,
  type ApiKey,
} from './security/api-key.js';
export { open, seal, type OpenResult, type SealPlace } from './security/seal.js';
export { signLink, signToken, verifyLink, verifyToken, type Verdict } from './security/signed.js';
export { nearest } from './config/nearest.js';
