import { formatCount, METRIC_LABELS } from '#libs/monitoring';
import { Distribution } from './distribution.js';
import type { Drawn, Group } from './groups.js';
import { Metrics } from './metrics.js';
import { Legend } from './plots.js';
import { nameOf, plural, shown } from './words.js';

/** What stayed within its limits over all rows, folded. */
export function Quiet({
  groups,
  more,
  total,
}: {
  groups: readonly Drawn[];
  more: readonly Group[];
  total: number;
}) {
  if (total === 0) return null;
  return (
    <section class="card">
      <h2>Within limits over all rows</h2>
      <details>
        <summary>
          <span class="name">{plural(total, 'feature')}</span>
          <span class="figure">nearest to a limit first; what is decided of each</span>
        </summary>
        <Legend />
        {groups.map((group) => (
          <QuietDetails group={group} />
        ))}
        {more.length > 0 && (
          <p class="soft">
            Also: {more.map(nameOf).join(', ')}
            {total > groups.length + more.length &&
              ` and ${formatCount(total - groups.length - more.length)} more`}
          </p>
        )}
      </details>
    </section>
  );
}

function QuietDetails({ group }: { group: Drawn }) {
  const { finding } = group.worst;
  const undecided = finding.value === null;
  return (
    <details>
      <summary>
        <span class="name">{nameOf(group)}</span>
        {undecided && <span class="chip">{finding.status.replaceAll('_', ' ')}</span>}
        <span class="figure">
          {undecided
            ? finding.note
            : `${METRIC_LABELS[finding.metric]} ${shown(finding.metric, finding.value)}`}
        </span>
      </summary>
      <div class="two">
        {group.picture === null ? (
          <p class="soft">Nothing to draw here.</p>
        ) : (
          <figure>
            <Distribution picture={group.picture} label={nameOf(group)} />
          </figure>
        )}
        <Metrics group={group} />
      </div>
    </details>
  );
}
