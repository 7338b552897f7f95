export { loadPlan, newestBaseline, withScores } from './load-plan.js';
export { loadMonitorContext, type MonitorContext } from './monitor-context.js';
export { decideAlike, evaluationInputsId, type InputsId } from './inputs-id.js';
export {
  loadBaselineProfile,
  loadComparedProfiles,
  loadEvaluationInputs,
  type EvaluationInputs,
} from './evaluation-inputs.js';
export { readSamples, samplesFor, wantedSamples, type Samples, type WantedSamples } from './samples.js';
