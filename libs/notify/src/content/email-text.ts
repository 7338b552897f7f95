import type { AlertMessage } from '#libs/contracts';

import { findingNumbers, summarise } from './summary.js';
import { oneLine } from './text.js';

/** renderEmailText: the text part, complete by itself: everything the HTML part says but the picture. */
export const renderEmailText = (message: AlertMessage): string => {
  const summary = summarise(message);
  const width = Math.max(...summary.facts.map(({ label }) => label.length)) + 2;
  const findings = summary.findings.flatMap((finding, index) => [
    `${index + 1}. ${finding.sentence}`,
    `   ${finding.feature}: ${findingNumbers(finding)}`,
  ]);
  return [
    summary.headline,
    summary.stateLabel,
    '',
    ...(message.sentences === undefined
      ? []
      : [...message.sentences.map((sentence) => oneLine(sentence, 400)), '']),
    ...summary.facts.map(({ label, value }) => `${`${label}:`.padEnd(width)}${value}`),
    '',
    ...(findings.length === 0 ? [] : ['What was found, worst first', ...findings]),
    ...(summary.more === 0 ? [] : [`and ${summary.more} more on the page of the alert`]),
    '',
    `The alert: ${message.links.alert}`,
    ...(message.links.model === '' ? [] : [`The model: ${message.links.model}`]),
    '',
    summary.footer,
    '',
  ].join('\n');
};
