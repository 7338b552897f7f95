import { Inject, Injectable } from '@nestjs/common';
import { INTAKE_MONITORS, type AlertMatch, type DocumentKind } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { invalid, type FieldError } from '../http/problem.js';
import { unknownName } from '../registry/segment-rules.js';

/** Alerts of ingestion have no monitor document behind them. */
const RESERVED = Object.values<string>(INTAKE_MONITORS);

/** MatchChecks: a match on a name that does not exist would silently match nothing. */
@Injectable()
export class MatchChecks {
  constructor(@Inject(STORE) private readonly store: Store) {}

  /** assertKnown: the model and the monitor of a match exist; throws a 422 problem with the nearest name. */
  async assertKnown(
    project: string,
    { model, monitor }: AlertMatch,
    more: readonly FieldError[] = [],
  ): Promise<void> {
    const errors = [
      ...more,
      ...(await this.unknown(project, 'model', model)),
      ...(await this.unknown(project, 'monitor', monitor)),
    ];
    if (errors.length > 0) throw invalid(...errors);
  }

  /** unknownChannels: the channels of a route that do not exist. */
  async unknownChannels(project: string, names: readonly string[]): Promise<FieldError[]> {
    const known = (await this.store.documents.list(project, 'channel')).map(({ id }) => id);
    return names
      .map((name, index) => [`channels.${index}`, name] as const)
      .filter(([, name]) => !known.includes(name))
      .map(([field, name]) => unknownName(field, 'channel', name, known));
  }

  private async unknown(
    project: string,
    kind: DocumentKind & ('model' | 'monitor'),
    name: string | undefined,
  ): Promise<FieldError[]> {
    if (kind === 'monitor' && name !== undefined && RESERVED.includes(name)) return [];
    if (name === undefined || (await this.store.documents.get(project, kind, name)) !== null) return [];
    const known = await this.store.documents.list(project, kind);
    return [
      unknownName(`match.${kind}`, kind, name, [
        ...known.map(({ id }) => id),
        ...(kind === 'monitor' ? RESERVED : []),
      ]),
    ];
  }
}
