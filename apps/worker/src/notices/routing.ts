import type { AlertTransition, NotifyJob, RouteBody } from '#libs/contracts';
import { channelsFor } from '#libs/monitoring';
import { jobId, type JobQueue } from '#libs/queue';
import type { Store } from '#libs/store';

/** loadRoutes: all routes of a project as they are now. */
export const loadRoutes = async (
  { documents }: Pick<Store, 'documents'>,
  project: string,
): Promise<RouteBody[]> => (await documents.list(project, 'route')).map(({ body }) => body);

/** noticesOf: the notices that a transition asks for. */
export const noticesOf = (
  project: string,
  transition: AlertTransition,
  routes: readonly RouteBody[],
): NotifyJob[] =>
  channelsFor(transition, routes).map((channel) => ({
    project,
    transitionId: transition.transitionId,
    channel,
  }));

/** queueNotice: one job per transition and channel, whoever rings and however often. */
export const queueNotice = (queue: Pick<JobQueue<NotifyJob>, 'add'>, notice: NotifyJob): Promise<void> =>
  queue.add(notice, { id: jobId(notice.project, notice.transitionId, notice.channel) });

type AnnounceOptions = { store: Pick<Store, 'documents'>; queue: Pick<JobQueue<NotifyJob>, 'add'> };

/** announce: queues the notices of fresh transitions; a lost one is found again by the reconciling tick. */
export const announce =
  ({ store, queue }: AnnounceOptions) =>
  async (project: string, transitions: readonly AlertTransition[]): Promise<void> => {
    const routes = await loadRoutes(store, project);
    for (const transition of transitions)
      for (const notice of noticesOf(project, transition, routes)) await queueNotice(queue, notice);
  };
