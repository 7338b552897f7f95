import { Module, type DynamicModule } from '@nestjs/common';
import { loggingModule, ObservabilityModule, type Health, type Logger, type Metrics } from '#libs/platform';

/** WorkerModule: the HTTP side of the worker, which is probes and metrics only; its jobs start and stop beside it. */
@Module({})
export class WorkerModule {
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
      module: WorkerModule,
      imports: [loggingModule(logger), ObservabilityModule.forRoot({ metrics, health })],
    };
  }
}
