import type { z } from 'zod';
import {
  apiKeyBodySchema,
  baselineBodySchema,
  binningBodySchema,
  modelBodySchema,
  projectBodySchema,
  versionBodySchema,
} from './documents.js';
import { segmentBodySchema } from './predicates.js';
import { erasureBodySchema } from './privacy.js';
import { projectionBodySchema } from './projection.js';
import { vocabularyBodySchema } from './vocabulary.js';
import { monitorBodySchema } from './monitors.js';
import { channelBodySchema, routeBodySchema, silenceBodySchema } from './notices.js';

/** Kinds of registry documents and what their bodies look like. Ids: see {@link documentId}. */
export const documentSchemas = {
  project: projectBodySchema,
  model: modelBodySchema,
  version: versionBodySchema,
  segment: segmentBodySchema,
  baseline: baselineBodySchema,
  binning: binningBodySchema,
  projection: projectionBodySchema,
  vocabulary: vocabularyBodySchema,
  monitor: monitorBodySchema,
  channel: channelBodySchema,
  route: routeBodySchema,
  silence: silenceBodySchema,
  key: apiKeyBodySchema,
  erasure: erasureBodySchema,
} as const;

export type DocumentKind = keyof typeof documentSchemas;
export type DocumentBody<K extends DocumentKind> = z.infer<(typeof documentSchemas)[K]>;

/** One revision of a document. Nothing is overwritten: the current state is the newest revision. */
export type RegistryDocument<K extends DocumentKind = DocumentKind> = {
  project: string;
  kind: K;
  id: string;
  /** 1 for the first; a writer names the revision it saw, a stale one is refused. */
  revision: number;
  body: DocumentBody<K>;
  deleted: boolean;
  author: string;
  reason: string;
  at: string;
};

/** Ids of documents that belong to a model carry its name: `model/version`, `model/segment`. All others are the name itself. */
export const documentId = (...parts: string[]): string => parts.join('/');
