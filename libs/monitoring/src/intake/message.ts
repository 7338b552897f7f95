import type { AlertMessage, AlertTransition, TransitionNotice } from '#libs/contracts';
import { msToIso } from '../civil-time.js';

const NAMES = { ingestion_gap: 'Missing records', ingestion_silence: 'Silence' } as const;

/** intakeMessage: an alert of ingestion as channels tell it: there is no monitor, no finding and no chart behind it, only its notice. */
export function intakeMessage(
  { kind, state, transitionId, window, why }: AlertTransition,
  notice: TransitionNotice,
  links: AlertMessage['links'],
): AlertMessage {
  return {
    transition: kind,
    ...{ alertId: state.alertId, transitionId, severity: state.severity },
    ...{ project: state.project, model: state.model, version: state.version },
    monitor: { id: state.monitor, name: NAMES[notice.kind], kind: notice.kind },
    ...{ segment: state.segment, segmentValue: state.segmentValue },
    window: { start: msToIso(window.startMs), end: msToIso(window.endMs), timeZone: 'UTC' },
    since: msToIso(state.openedAtMs),
    headline: notice.headline,
    sentences: notice.sentences,
    facts: notice.facts,
    ...(notice.missing !== undefined && { missing: notice.missing }),
    findings: [],
    links: state.model === '' ? { ...links, model: '' } : links,
    ...(why !== '' && { why }),
  };
}
