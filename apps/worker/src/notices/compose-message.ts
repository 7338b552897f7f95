import type { KeyObject } from 'node:crypto';
import {
  alertPagePath,
  modelPagePath,
  PAGE_LINK,
  type AlertMessage,
  type AlertTransition,
} from '#libs/contracts';
import { alertMessage, intakeMessage } from '#libs/monitoring';
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

/** Links to the pages of an alert and its model, signed for whoever reads the message. */
const signedLinks =
  ({ secretKey, config, now }: Options) =>
  (project: string, { alertId, model }: AlertTransition['state']): AlertMessage['links'] => {
    const link = (path: string): string =>
      config.publicUrl + signLink(secretKey, { purpose: PAGE_LINK, path, expiresAtMs: now() + LINK_LIFE_MS });
    return { alert: link(alertPagePath(project, alertId)), model: link(modelPagePath(project, model)) };
  };

/**
 * composeMessage: what a channel tells about a transition, with the cells of its window and baseline as they are now. A monitor that was
 * deleted meanwhile keeps its name; without profiles the message is complete but for the chart.
 */
export const composeMessage = (options: Options) => {
  const { store } = options;
  const linksOf = signedLinks(options);
  return async (project: string, transition: AlertTransition): Promise<AlertMessage> => {
    const { state, notice } = transition;
    if (notice !== undefined) return intakeMessage(transition, notice, linksOf(project, state));
    const [monitor] = await store.documents.history(project, 'monitor', state.monitor);
    const context = monitor === undefined ? null : await loadMonitorContext(store, monitor);
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
      links: linksOf(project, state),
    });
  };
};
