import { createBaselines, type Baselines } from './baselines/index.js';
import { createDatabase, type StoreConfig } from './client/index.js';
import { createIntake, type Intake } from './intake/intake.js';
import { createLabels, type Labels } from './labels/labels.js';
import { createPrivacy, type Privacy } from './privacy/index.js';
import { createProfiles, type Profiles } from './profiles/index.js';
import { createRetention, type Retention } from './retention/index.js';
import { createDocuments, type Documents } from './registry/documents.js';
import { createAlerts, type Alerts } from './results/alerts.js';
import { createEvaluations, type Evaluations } from './results/evaluations.js';
import { createNotices, type Notices } from './results/notices.js';

/** Everything that is kept in ClickHouse, by what it is about. Throws StoreError only. */
export type Store = {
  ping: () => Promise<void>;
  close: () => Promise<void>;
  documents: Documents;
  intake: Intake;
  labels: Labels;
  baselines: Baselines;
  privacy: Privacy;
  retention: Retention;
  profiles: Profiles;
  evaluations: Evaluations;
  alerts: Alerts;
  notices: Notices;
};

/** createStore: connects on first use. */
export function createStore(config: StoreConfig): Store {
  const database = createDatabase(config);
  return {
    ping: () => database.ping(),
    close: () => database.close(),
    documents: createDocuments(database),
    intake: createIntake(database),
    labels: createLabels(database),
    baselines: createBaselines(database),
    privacy: createPrivacy(database),
    retention: createRetention(database),
    profiles: createProfiles(database),
    evaluations: createEvaluations(database),
    alerts: createAlerts(database),
    notices: createNotices(database),
  };
}
