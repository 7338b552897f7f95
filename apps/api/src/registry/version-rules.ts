import type { Feature, VersionBody } from '#libs/contracts';

import type { FieldError } from '../http/problem.js';

const featureError = (kept: Feature, index: number, next: readonly Feature[]): FieldError[] => {
  const field = `features.${index}`;
  const here = next[index];
  if (here?.name === kept.name) {
    if (here.type === kept.type) return [];
    return [
      {
        field: `${field}.type`,
        message: `feature '${kept.name}' is ${kept.type} and stays so; stored rows hold it that way. Add a feature under a new name`,
        found: here.type,
      },
    ];
  }
  const moved = next.findIndex(({ name }) => name === kept.name);
  return [
    moved === -1
      ? {
          field,
          message: `feature '${kept.name}' was left out; features are only ever appended. Set its role to 'context' to stop watching it`,
        }
      : {
          field,
          message: `feature '${kept.name}' has moved to position ${moved}; the order stays, new features go to the end`,
        },
  ];
};

/** versionErrors: what speaks against a version's new schema: it only grows, because rows are stored by position. */
export const versionErrors = (current: VersionBody | null, next: VersionBody): FieldError[] => {
  if (current === null) return [];
  const status: FieldError[] =
    current.status === 'registered' && next.status === 'draft'
      ? [
          {
            field: 'status',
            message: 'a registered version does not become a draft again',
            found: next.status,
          },
        ]
      : [];
  return [...status, ...current.features.flatMap((kept, index) => featureError(kept, index, next.features))];
};
