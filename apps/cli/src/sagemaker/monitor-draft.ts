import { kindTitle, type MonitorBody, type MonitorKind } from '#libs/contracts';
import { monitorId } from '#libs/monitoring';

/** MonitorDraft: a monitor as it is sent to the API, which fills in what is left out. */
export type MonitorDraft = {
  id: string;
  body: Partial<MonitorBody> & Pick<MonitorBody, 'name' | 'kind' | 'model' | 'version'>;
};

/** MonitorTarget: whose monitors they are; `baseline` is null when no baseline comes with them. */
export type MonitorTarget = { model: string; version: string; baseline: string | null };

const MAX_NAME = 128;

/** draftOf: under an id of its own, so that the monitors that a baseline suggests stay as they are. */
export const draftOf = (
  { model, version, baseline }: MonitorTarget,
  kind: MonitorKind,
  settings: Partial<MonitorBody>,
): MonitorDraft => ({
  id: monitorId({ model, version: `${version}-sagemaker`, kind }),
  body: {
    name: `${model} ${version}: ${kindTitle(kind)} as in SageMaker`.slice(0, MAX_NAME),
    kind,
    model,
    version,
    baseline,
    ...settings,
  },
});
