import { documentId, type RegistryDocument } from '#libs/contracts';
import type { ProfilePlan } from '../profiles/index.js';
import { loadPlan, newestBaseline, type Documents } from './load-plan.js';

/** MonitorContext: what every window of a monitor is compared with. Read once, used for many windows. */
export type MonitorContext = {
  monitor: RegistryDocument<'monitor'>;
  /** Of the live rows. */
  plan: ProfilePlan;
  /** Null: the version has no baseline, and findings say so. */
  baseline: { document: RegistryDocument<'baseline'>; plan: ProfilePlan } | null;
};

async function chosenBaseline(store: Documents, { project, body }: RegistryDocument<'monitor'>) {
  const { model, version, baseline } = body;
  if (baseline === null) return newestBaseline(store, { project, model, version });
  return store.documents.get(project, 'baseline', documentId(model, version, baseline));
}

/** loadMonitorContext: null while the monitor's version has nothing to be profiled by (unknown, or without binning). */
export async function loadMonitorContext(
  store: Documents,
  monitor: RegistryDocument<'monitor'>,
): Promise<MonitorContext | null> {
  const { project, body } = monitor;
  const name = { project, model: body.model, version: body.version };
  const document = await chosenBaseline(store, monitor);
  const [plan, baselinePlan] = await Promise.all([
    loadPlan(store, name),
    document === null ? null : loadPlan(store, { ...name, origin: document.body.origin }),
  ]);
  if (plan === null) return null;
  if (document === null || baselinePlan === null) return { monitor, plan, baseline: null };
  // A baseline under another binning than the newest one is compared under its own.
  return {
    monitor,
    plan: {
      ...plan,
      binning: baselinePlan.binning,
      projection: baselinePlan.projection ?? null,
      bias: baselinePlan.bias ?? null,
    },
    baseline: { document, plan: baselinePlan },
  };
}
