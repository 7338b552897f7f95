import type { Picture } from './groups.js';
import { BarPlot, DensityPlot } from './plots.js';

/** Distribution: baseline and current of a group over each other, as what the feature is calls for. */
export const Distribution = ({ picture, label }: { picture: Picture; label: string }) =>
  picture.kind === 'density' ? (
    <DensityPlot baseline={picture.baseline} window={picture.window} label={label} />
  ) : (
    <BarPlot cells={picture.cells} label={label} />
  );
