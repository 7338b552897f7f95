import type { MonitorBody, MonitorKind } from '#libs/contracts';
import { monitorId } from '#libs/monitoring';

/** MonitorDraft: a monitor as it is sent to the API, which fills in what is left out. */
export type MonitorDraft = {
  id: string;
  body: Partial<MonitorBody> & Pick<MonitorBody, 'name' | 'kind' | 'model' | 'version'>;
};

/** MonitorTarget: whose monitors they are; `baseline` is null when no baseline comes with them. */
export type MonitorTarget = { model: string; version: string; baseline: string | null };

/** Kinds that files of SageMaker know. */
const TITLES = {
  data_quality: 'data quality',
  drift: 'drift',
  prediction_drift: 'prediction drift',
  quality: 'quality',
  bias: 'bias',
  attribution: 'attribution',
} as const satisfies Partial<Record<MonitorKind, string>>;
const MAX_NAME = 128;

/** draftOf: under an id of its own, so that the monitors that a baseline suggests stay as they are. */
export const draftOf = (
  { model, version, baseline }: MonitorTarget,
  kind: keyof typeof TITLES,
  settings: Partial<MonitorBody>,
): MonitorDraft => ({
  id: monitorId({ model, version: `${version}-sagemaker`, kind }),
  body: {
    name: `${model} ${version}: ${TITLES[kind]} as in SageMaker`.slice(0, MAX_NAME),
    kind,
    model,
    version,
    baseline,
    ...settings,
  },
});
