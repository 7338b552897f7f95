import type { Finding, Profile, ProfileChunk } from '#libs/contracts';
import { evaluate } from '#libs/monitoring';
import { samplesFor, type Samples } from '#libs/store';
import type { MonitorPlan } from './monitor-plan.js';
import type { BaselineSide } from './profile-sides.js';
import type { FoundIn } from './report.js';
import type { CheckWindow } from './windows.js';

/** dated: one part of a baseline says nothing about how parts differ. */
export const dated = (chunks: readonly ProfileChunk[]): ProfileChunk[] =>
  chunks.length > 1 ? [...chunks] : [];

/** evaluateWindows: every monitor over every window, oldest first. Windows of time (`timeZone`) are compared at their hour of the baseline's day and week. */
export async function evaluateWindows({
  monitors,
  windows,
  timeZone,
  baseline,
  absent,
  profileOf,
  samplesOf,
}: {
  monitors: readonly MonitorPlan[];
  windows: readonly CheckWindow[];
  timeZone: string | null;
  baseline: BaselineSide;
  /** Features whose column the current file does not have. */
  absent: ReadonlySet<string>;
  profileOf: (window: CheckWindow) => Promise<Profile>;
  samplesOf: (window: CheckWindow) => Promise<Samples>;
}): Promise<FoundIn[]> {
  const found: FoundIn[] = [];
  for (const [index, window] of windows.entries()) {
    const profile = await profileOf(window);
    const samples = { baseline: baseline.samples, window: await samplesOf(window) };
    for (const { name, body } of monitors) {
      const findings: Finding[] = evaluate({
        baseline: baseline.profile,
        baselineChunks: dated(baseline.chunks),
        window: profile,
        ...(timeZone !== null && { at: { startMs: window.startMs, endMs: window.endMs, timeZone } }),
        binning: baseline.plan.binning,
        features: baseline.plan.features,
        settings: body,
        bias: baseline.plan.bias ?? null,
        absent,
        ...(baseline.noComponents !== null && { noComponents: baseline.noComponents }),
        ...samplesFor(body, samples),
      });
      for (const finding of findings) found.push({ monitor: name, window: index, finding });
    }
  }
  return found;
}
