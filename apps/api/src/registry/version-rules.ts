import type { Feature, VersionBody } from '#libs/contracts';

import type { FieldError } from '../http/problem.js';

/** What is made of a text stays made of it, by the words that stored rows were held against. */
const sourceError = (kept: Feature, here: Feature, field: string): FieldError[] =>
  kept.madeOf?.feature === here.madeOf?.feature && kept.madeOf?.vocabulary === here.madeOf?.vocabulary
    ? []
    : [
        {
          field: `${field}.madeOf`,
          message: `feature '${kept.name}' was made when the version got its first baseline; leave it as it was read`,
          ...(here.madeOf !== undefined && { found: here.madeOf.feature }),
        },
      ];

const madeByHand = (known: ReadonlySet<string>, { name, type }: Feature, index: number): FieldError[] =>
  type !== 'unseen_words' || known.has(name)
    ? []
    : [
        {
          field: `features.${index}`,
          message: `a feature of type unseen_words is made of every text by the first baseline; leave '${name}' out`,
          found: name,
        },
      ];

const featureError = (kept: Feature, index: number, next: readonly Feature[]): FieldError[] => {
  const field = `features.${index}`;
  const here = next[index];
  if (here?.name === kept.name) {
    if (here.type === kept.type) return sourceError(kept, here, field);
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
  const known = new Set(current?.features.map(({ name }) => name));
  const byHand = next.features.flatMap((feature, index) => madeByHand(known, feature, index));
  if (current === null) return byHand;
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
  return [
    ...byHand,
    ...status,
    ...current.features.flatMap((kept, index) => featureError(kept, index, next.features)),
  ];
};
