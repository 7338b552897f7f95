import type { KeyObject } from 'node:crypto';
import {
  alertPagePath,
  modelPagePath,
  PAGE_LINK,
  type AlertMessage,
  type AlertTransition,
} from '#libs/contracts';
import { alertMessage } from '#libs/monitoring';
import { signLink, type Config } from '#libs/platform';
import { loadComparedProfiles, loadMonitorContext, type Store } from '#libs/store';

type Options = {
  store: Pick<Store, 'documents' | 'profiles'>;
  secretKey: KeyObject;
  config: Pick<Config, 'publicUrl'>;
  now: () => number;
};

/** Long enough for a mail that is read after a holiday. */
const LINK_LIFE_MS = 30 * 24 * 3_600_000;

/**
 * composeMessage: what a channel tells about a transition, with the cells of its window and baseline as they are now. A monitor that was
 * deleted meanwhile keeps its name; without profiles the message is complete but for the chart.
 */
export const composeMessage =
  ({ store, secretKey, config, now }: Options) =>
  async (project: string, transition: AlertTransition): Promise<AlertMessage> => {
    const { state } = transition;
    const [monitor] = await store.documents.history(project, 'monitor', state.monitor);
    const context = monitor === undefined ? null : await loadMonitorContext(store, monitor);
    const link = (path: string): string =>
      config.publicUrl + signLink(secretKey, { purpose: PAGE_LINK, path, expiresAtMs: now() + LINK_LIFE_MS });
    return alertMessage({
      transition,
      monitor: {
        id: state.monitor,
        name: monitor?.body.name ?? state.monitor,
        kind: monitor?.body.kind ?? 'drift',
      },
      binning: context?.plan.binning ?? null,
      bias: context?.plan.bias ?? null,
      ...(await loadComparedProfiles(store, context, { segment: state.segment, window: transition.window })),
      timeZone: context?.plan.timeZone ?? 'UTC',
      links: {
        alert: link(alertPagePath(project, state.alertId)),
        model: link(modelPagePath(project, state.model)),
      },
    });
  };
