/**
 * EVALUATION_METHOD: the version of how a window is counted and judged. It is stored with every evaluation. Raise it when the same rows under
 * the same settings may give another verdict or another hash of inputs (a test, a metric, a counting statement): windows of an older method
 * then stand as they are, and the new method judges from the next window on. 1: up to 0.1; 2: evidence by chunks, one reading of values.
 */
export const EVALUATION_METHOD = 2;
