import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { Outbound } from '#libs/outbound';
import { type Config, type Health, type Logger } from '#libs/platform';
import { loggingModule, type Metrics, ObservabilityModule, StoreModule } from '#libs/service';

import { AuthGuard } from './auth/auth.guard.js';
import { FirstStart } from './auth/first-start.js';
import { KeyRing } from './auth/key-ring.js';
import { KeysController } from './auth/keys.controller.js';
import { BaselineProfiles } from './baselines/baseline-profiles.js';
import { BaselineRegistrar } from './baselines/baseline-registrar.js';
import { BaselinesController } from './baselines/baselines.controller.js';
import { DefaultMonitors } from './baselines/default-monitors.js';
import { BinningMaker } from './baselines/binning-maker.js';
import { SchemaMaker } from './baselines/schema-maker.js';
import { SegmentFreezer } from './baselines/segment-freezer.js';
import { VocabularyMaker } from './baselines/vocabulary-maker.js';
import { StatisticsController } from './baselines/statistics.controller.js';
import { StatisticsRegistrar } from './baselines/statistics-registrar.js';
import { UploadDesk } from './baselines/upload-desk.js';
import { ChannelSecrets } from './channels/channel-secrets.js';
import { ChannelTester } from './channels/channel-tester.js';
import { ChannelsController } from './channels/channels.controller.js';
import { MatchChecks } from './channels/match-checks.js';
import { RoutesController } from './channels/routes.controller.js';
import { SilencesController } from './channels/silences.controller.js';
import { DocsController } from './http/docs.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ReplyInterceptor } from './http/reply.js';
import { RouteTable } from './http/route-table.js';
import { AcknowledgeController } from './intake/acknowledge.controller.js';
import { IngestionController } from './intake/ingestion.controller.js';
import { QuarantineController } from './intake/quarantine.controller.js';
import { ReplaysController } from './intake/replays.controller.js';
import { MonitorChecks } from './monitors/monitor-checks.js';
import { MonitorsController } from './monitors/monitors.controller.js';
import { RunController } from './monitors/run.controller.js';
import { PagesModule } from './pages/pages.module.js';
import { ErasuresController } from './privacy/erasures.controller.js';
import { TooLateController } from './privacy/too-late.controller.js';
import { ModelFacts } from './registry/model-facts.js';
import { ModelsController } from './registry/models.controller.js';
import { ProjectDirectory } from './registry/project-directory.js';
import { ProjectsController } from './registry/projects.controller.js';
import { RegistryService } from './registry/registry.service.js';
import { SegmentsController } from './registry/segments.controller.js';
import { VersionsController } from './registry/versions.controller.js';
import { AlertsController } from './results/alerts.controller.js';
import { EvaluationsController } from './results/evaluations.controller.js';
import { Startup } from './startup.js';
import { CLOCK, CONFIG, LOCKS, LOGGER, type Clock, type Locks } from './tokens.js';

/** Surroundings: what the process gives to its app; tests give their own clock. */
export type Surroundings = {
  config: Config;
  logger: Logger;
  locks: Locks;
  clock: Clock;
  metrics: Metrics;
  health: Health;
};

@Global()
@Module({})
class SurroundingsModule {
  static of({ config, logger, locks, clock }: Surroundings): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: LOCKS, useValue: locks },
      { provide: CLOCK, useValue: clock },
      { provide: Outbound, useFactory: () => new Outbound(config.outbound) },
      Startup,
    ];
    return { module: SurroundingsModule, providers, exports: providers };
  }
}

/** What every request passes through, and the documents about it. */
@Module({
  controllers: [DocsController],
  providers: [
    RouteTable,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_INTERCEPTOR, useClass: ReplyInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
class HttpModule {}

/** The registry, keys included: who may change what, and how. */
@Global()
@Module({
  controllers: [
    ProjectsController,
    ModelsController,
    VersionsController,
    SegmentsController,
    KeysController,
    BaselinesController,
    StatisticsController,
  ],
  providers: [
    RegistryService,
    ProjectDirectory,
    ModelFacts,
    KeyRing,
    FirstStart,
    SchemaMaker,
    BinningMaker,
    SegmentFreezer,
    VocabularyMaker,
    BaselineProfiles,
    BaselineRegistrar,
    DefaultMonitors,
    StatisticsRegistrar,
    UploadDesk,
  ],
  exports: [RegistryService, KeyRing, FirstStart],
})
class RegistryModule {}

@Module({ controllers: [MonitorsController, RunController], providers: [MonitorChecks] })
class MonitorsModule {}

@Module({
  controllers: [ChannelsController, RoutesController, SilencesController],
  providers: [ChannelSecrets, ChannelTester, MatchChecks],
})
class ChannelsModule {}

@Module({ controllers: [AlertsController, EvaluationsController] })
class ResultsModule {}

@Module({ controllers: [ErasuresController, TooLateController] })
class PrivacyModule {}
@Module({
  controllers: [IngestionController, QuarantineController, ReplaysController, AcknowledgeController],
})
class IntakeModule {}

/** ApiModule: the whole app over its surroundings. */
@Module({})
export class ApiModule {
  static over(surroundings: Surroundings): DynamicModule {
    const { config, logger } = surroundings;
    return {
      module: ApiModule,
      imports: [
        loggingModule(logger),
        ObservabilityModule.forRoot(surroundings),
        StoreModule.register(config.clickhouse),
        SurroundingsModule.of(surroundings),
        RegistryModule,
        MonitorsModule,
        ChannelsModule,
        ResultsModule,
        PrivacyModule,
        IntakeModule,
        PagesModule,
        HttpModule,
      ],
    };
  }
}
