import type { AttributionSection } from './attribution-section.data.js';
import type { BiasSection } from './bias-section.data.js';
import { FindingsTable } from './findings-table.js';
import { formatCount, formatPercent, formatWindow } from './format.js';
import { Card, Chart } from './layout.js';

const NUMBERS = ['value', 'interval', 'atTraining', 'limit', 'p', 'rows'] as const;

type Zone = { timeZone: string };

/** What people compare first, of the nine rates that a group has. */
const RATES = [
  ['predicted_positive', 'Favourable decisions'],
  ['observed_positive', 'Favourable labels'],
  ['true_positive', 'Recall'],
  ['false_positive', 'False positive rate'],
  ['precision', 'Precision'],
  ['accuracy', 'Accuracy'],
] as const;

/** BiasCards: difference per group over time, rates of the groups, and the decided metrics of the newest window. */
export function BiasCards({ section, timeZone }: Zone & { section: BiasSection }) {
  return (
    <>
      <div class="two">
        {section.charts.map(({ facet, svg }) => (
          <Card title={`${facet}: favourable decisions compared with the favoured group`} key={facet}>
            <p class="soft">
              With 95 % intervals; dashed: at training; shaded: allowed. Above 0 the group is at a
              disadvantage.
            </p>
            <Chart svg={svg} />
          </Card>
        ))}
      </div>
      {section.groups.length > 0 && (
        <Card title={`Groups on ${formatWindow(section.window, timeZone)}`}>
          <Groups section={section} />
        </Card>
      )}
      {section.findings.length > 0 && (
        <Card title={`Bias metrics with a limit on ${formatWindow(section.window, timeZone)}`}>
          <FindingsTable findings={section.findings} numbers={NUMBERS} />
        </Card>
      )}
    </>
  );
}

function Groups({ section: { groups } }: { section: BiasSection }) {
  return (
    <table>
      <thead>
        <tr>
          <th>Facet</th>
          <th>Group</th>
          <th class="right">Rows</th>
          {RATES.map(([, title]) => (
            <th class="right" key={title}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map(({ facet, group, favoured, rows, rates }) => (
          <tr key={`${facet} ${group}`}>
            <td>{facet}</td>
            <td>
              {group} {favoured && <span class="soft">(compared with)</span>}
            </td>
            <td class="right">{formatCount(rows)}</td>
            {RATES.map(([name]) => {
              const rate = rates.find((one) => one.rate === name);
              return (
                <td class="right" key={name}>
                  {formatPercent(rate?.value)}
                  {rate?.value !== null && (
                    <div class="soft">
                      {formatPercent(rate?.low)} – {formatPercent(rate?.high)}
                    </div>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** AttributionCards: which features decide, then and now, and how near the ranking is to that of training. */
export function AttributionCards({ section, timeZone }: Zone & { section: AttributionSection }) {
  return (
    <>
      <div class="two">
        {section.rankingSvg !== null && (
          <Card title={`Which features decide, on ${formatWindow(section.window, timeZone)} and at training`}>
            <Chart svg={section.rankingSvg} />
          </Card>
        )}
        {section.ndcgSvg !== null && (
          <Card title="Attribution ranking over time">
            <p class="soft">1 is the order of training; magnitudes show in the shares, not here.</p>
            <Chart svg={section.ndcgSvg} />
          </Card>
        )}
      </div>
      <Card title={`Attributions on ${formatWindow(section.window, timeZone)}`}>
        <FindingsTable findings={section.findings} numbers={NUMBERS} />
      </Card>
    </>
  );
}
