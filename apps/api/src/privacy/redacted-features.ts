import type { Feature, PrivacyRule, PrivacyRules, VersionBody } from '#libs/contracts';

import type { FieldError } from '../http/problem.js';

/** What a rule leaves of a value is text. */
const makesText = ({ action, truncate }: PrivacyRule): boolean => action === 'hash' || truncate !== undefined;

/** redactedFeatures: features whose types were taken from values, as they are after the rules. */
export const redactedFeatures = (features: Feature[], rules: PrivacyRules): Feature[] =>
  features.map((feature) => {
    const rule = rules.features[feature.name];
    return rule !== undefined && makesText(rule) ? { ...feature, type: 'categorical' } : feature;
  });

/** privacyErrors: rules that would leave a feature of a version without a single valid value. */
export const privacyErrors = (
  rules: PrivacyRules,
  versions: readonly Pick<VersionBody, 'version' | 'features'>[],
): FieldError[] =>
  versions.flatMap(({ version, features }) =>
    features.flatMap(({ name, type }) => {
      const rule = rules.features[name];
      if (rule === undefined || rule.action === 'drop') return [];
      const fits = makesText(rule) ? type === 'categorical' : type !== 'boolean';
      if (fits) return [];
      const makes = makesText(rule) ? 'text' : 'numbers';
      return [
        {
          field: `privacy.features.${name}`,
          message: `makes ${makes} of feature '${name}', which is ${type} in version '${version}'; drop it, take another rule, or send it under a new name`,
          found: rule.action,
        },
      ];
    }),
  );
