import type { KeyObject } from 'node:crypto';
import {
  durationMs,
  erasurePlace,
  erasureSelectorSchema,
  type ErasureSelector,
  type ModelBody,
  type RegistryDocument,
} from '#libs/contracts';
import { open, privacyKeys } from '#libs/platform';
import { redactValue, type ErasureTarget } from '#libs/store';

/** What is kept of a tag under the rules of today, beside what it may have been kept as before. */
function storedValues(
  value: string,
  { privacy }: Pick<ModelBody, 'privacy'>,
  tag: string,
  key: Buffer,
): string[] {
  const rule = privacy.tags[tag];
  const stored = rule === undefined ? value : redactValue(value, rule, key);
  return [...new Set([value, ...(typeof stored === 'string' ? [stored] : [])])];
}

function openSelector(
  secretKey: KeyObject,
  project: string,
  erasure: string,
  sealed: string,
): ErasureSelector {
  const opened = open(secretKey, erasurePlace(project, erasure), sealed);
  if (!opened.ok)
    throw new Error(
      `erasure '${erasure}' was ordered under another PLUMBLINE_SECRET_KEY (${opened.reason}): order it again`,
    );
  return erasureSelectorSchema.parse(JSON.parse(opened.value));
}

/** erasureTarget: what an erasure is to find, from its sealed order. */
export function erasureTarget(
  { project, body }: RegistryDocument<'erasure'>,
  {
    erasure,
    sealed,
    model,
    secretKey,
    nowMs,
  }: { erasure: string; sealed: string; model: ModelBody; secretKey: KeyObject; nowMs: number },
): ErasureTarget {
  const selector = openSelector(secretKey, project, erasure, sealed);
  const { values: key } = privacyKeys(secretKey, project, body.model);
  return {
    project,
    model: body.model,
    erasure,
    by:
      'tag' in selector
        ? {
            kind: 'tag',
            name: selector.tag.name,
            values: storedValues(selector.tag.value, model, selector.tag.name, key),
          }
        : { kind: 'id', id: selector.prediction },
    nowMs,
    expiresMs: nowMs + durationMs(model.retention),
  };
}
