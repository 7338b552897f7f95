export {
  ConfigError,
  loadConfig,
  requireSecretKey,
  type Config,
  type Topics,
} from './config/load.js';
export { childEnvironment } from './config/child-environment.js';
export { Health, probe, type HealthReading } from './health.js';
export { createLogger, type Logger } from './logging.js';
export { loggingModule, NestLogger } from './logging.module.js';
export { Metrics } from './metrics.js';
export { ObservabilityModule, PUBLIC_ROUTE, PublicRoute } from './observability.module.js';
export { backoffMs, retry, waitFor } from './retry.js';
export { Shutdown } from './shutdown.js';
export { Outbound, type OutboundResponse } from './outbound/outbound.js';
export { OutboundError } from './outbound/outbound-error.js';
export {
  apiKeyPrefix,
  equalInConstantTime,
  hashApiKey,
  isApiKey,
  newApiKey,
} from './security/api-key.js';
export { open, seal } from './security/seal.js';
export { signLink, signToken, verifyLink, verifyToken } from './security/signed.js';
export { nearest } from './config/nearest.js';
