import { Module, type DynamicModule } from '@nestjs/common';
import { loggingModule, ObservabilityModule, type Health, type Logger, type Metrics } from '#libs/platform';

/** IngestModule: the HTTP side of ingestion, which is probes and metrics only; reading starts and stops beside it. */
@Module({})
export class IngestModule {
  static register({
    logger,
    metrics,
    health,
  }: {
    logger: Logger;
    metrics: Metrics;
    health: Health;
  }): DynamicModule {
    return {
      module: IngestModule,
      imports: [loggingModule(logger), ObservabilityModule.forRoot({ metrics, health })],
    };
  }
}
