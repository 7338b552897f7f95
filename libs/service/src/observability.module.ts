import { Controller, Get, Inject, Module, Res, SetMetadata, type DynamicModule } from '@nestjs/common';

import { Health, type HealthReport } from '#libs/platform';
import { Metrics } from './metrics.js';

type Answer = { status(code: number): Answer; type(contentType: string): Answer; send(body: string): void };

/** PUBLIC_ROUTE: metadata key of a route that needs no login; the guard of an app reads it. */
export const PUBLIC_ROUTE = 'plumbline:public-route';

/** PublicRoute: marks a controller or a handler as open to anyone who can reach the port. */
export const PublicRoute = () => SetMetadata(PUBLIC_ROUTE, true);

const answer = (response: Answer, report: HealthReport): void => {
  const body = { status: report.ok ? 'ok' : 'failed', checks: report.checks };
  response
    .status(report.ok ? 200 : 503)
    .type('application/json')
    .send(JSON.stringify(body));
};

@PublicRoute()
@Controller()
class ObservabilityController {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Health) private readonly health: Health,
  ) {}

  @Get('metrics')
  async scrape(@Res() response: Answer): Promise<void> {
    response
      .status(200)
      .type(this.metrics.contentType)
      .send(await this.metrics.text());
  }

  @Get('health/live')
  async live(@Res() response: Answer): Promise<void> {
    answer(response, await this.health.live());
  }

  @Get('health/ready')
  async ready(@Res() response: Answer): Promise<void> {
    answer(response, await this.health.ready());
  }
}

/** ObservabilityModule: serves `/metrics`, `/health/live` and `/health/ready` (200 or 503) and provides Metrics and Health to the whole app. */
@Module({})
export class ObservabilityModule {
  static forRoot({ metrics, health }: { metrics: Metrics; health: Health }): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      controllers: [ObservabilityController],
      providers: [
        { provide: Metrics, useValue: metrics },
        { provide: Health, useValue: health },
      ],
      exports: [Metrics, Health],
    };
  }
}
