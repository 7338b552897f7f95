import { documentId, type RegistryDocument } from '#libs/contracts';
import { loadMonitorContext, loadPlan, type ProfilePlan, type Store } from '#libs/store';

/** Plans: what has to be profiled of one model version: live rows once per binning in use, and the baselines that monitors use. */
export type Plans = { live: ProfilePlan[]; baselines: ProfilePlan[] };

const planKey = ({ origin, binning }: ProfilePlan): string => `${origin}/${binning.hash}`;

const distinct = (plans: readonly ProfilePlan[]): ProfilePlan[] => [
  ...new Map(plans.map((plan) => [planKey(plan), plan])).values(),
];

/**
 * plansOf: all plans of a model version. A monitor that is pinned to an older baseline compares under that one's binning, so live
 * rows are profiled under it too. Empty while the version has no binning.
 */
export async function plansOf(
  store: Pick<Store, 'documents'>,
  { project, body }: RegistryDocument<'version'>,
  monitors: readonly RegistryDocument<'monitor'>[],
): Promise<Plans> {
  const own = monitors.filter(
    ({ body: monitor }) =>
      monitor.enabled && documentId(monitor.model, monitor.version) === documentId(body.model, body.version),
  );
  const [newest, ...contexts] = await Promise.all([
    loadPlan(store, { project, model: body.model, version: body.version }),
    ...own.map((monitor) => loadMonitorContext(store, monitor)),
  ]);
  const known = contexts.filter((context) => context !== null);
  return {
    live: distinct([newest, ...known.map(({ plan }) => plan)].filter((plan) => plan !== null)),
    baselines: distinct(known.flatMap(({ baseline }) => (baseline === null ? [] : [baseline.plan]))),
  };
}
