import {
  DEFAULT_SCORE_THRESHOLD,
  hasScoresOnly,
  oppositeOf,
  scoreRuleText,
  type ScoreRule,
} from '#libs/contracts';
import { asPredicted, usualClass } from './bias-settings.js';
import type { ConfigFile } from './config-file.js';
import { CheckProblem } from './problem.js';

type Read = { features: readonly { feature: string }[]; hasLabels: boolean; labels: () => Promise<string[]> };

/**
 * scoresRead: how scores become predicted classes where nothing else is predicted, and what is to be said about it; null where classes are
 * predicted, there are no labels to hold them against, or nobody knows which class a high score speaks for.
 */
export async function scoresRead(
  { config, at }: ConfigFile,
  { features, hasLabels, labels }: Read,
): Promise<{ scores: ScoreRule | null; remarks: string[] }> {
  const { score_threshold: threshold, facets } = config;
  if (!hasScoresOnly(features)) {
    if (threshold !== undefined && facets === undefined)
      throw new CheckProblem(
        `${at(['score_threshold'])}: score_threshold is for predictions that are scores only; there is a column of predicted labels, or none of scores`,
      );
    return { scores: null, remarks: [] };
  }
  if (!hasLabels) return { scores: null, remarks: [] };
  const classes = await labels();
  const { positive: written } = config.columns ?? {};
  const positive = written === undefined ? usualClass(classes) : asPredicted(written, classes);
  // More than two classes are not told apart by one score.
  if (positive === undefined || classes.length > 2) return { scores: null, remarks: [] };
  const negative = classes.find((one) => one !== positive) ?? oppositeOf(positive);
  const scores = { threshold: threshold ?? DEFAULT_SCORE_THRESHOLD, positive, negative };
  return { scores, remarks: [`${scoreRuleText(scores)} (columns.positive, score_threshold)`] };
}
