export { checkoutRoot } from './checkout.js';
export { loadSecretKey } from './credentials.js';
export { lockHolder, takeLock } from './lock.js';
export { anyFreePort, isPortFree, portInUseMessage, portUser } from './ports.js';
export { pollUntil } from './polling.js';
export { reasonOf, StackProblem } from './problem.js';
export { identify, isAlive, type ProcessRecord } from './process-identity.js';
export { lastLines, openLog, stopProcess } from './processes.js';
export { defaultPorts, logFile, serviceNames, shiftPorts } from './settings.js';
export type { ServiceName, StackAddresses, StackPorts, StackSettings } from './settings.js';
export { parseRecord, readIfThere, readState, writeWhole } from './state.js';
export {
  down,
  kill,
  reset,
  stackCredentials,
  status,
  up,
  type ServiceStatus,
  type UpResult,
} from './stack.js';
