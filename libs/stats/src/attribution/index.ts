export {
  globalImportance,
  medianImportance,
  type AbsoluteBins,
  type Aggregation,
  type AttributionSums,
} from './global-importance.js';
export { importanceShares, type ImportanceShares, type ShareChange } from './importance-shares.js';
export { ndcg, type Importances } from './ndcg.js';
export { signFlip, type SignFlip } from './sign-flip.js';
