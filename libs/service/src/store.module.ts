import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { createStore, type Store, type StoreConfig } from '#libs/store';

/** Token of the {@link Store}. */
export const STORE = Symbol('Store');

@Injectable()
class StoreConnection implements OnApplicationShutdown {
  constructor(@Inject(STORE) private readonly store: Store) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

/** Provides the {@link STORE}. A module of its own, so that on shutdown the connection closes after the modules that import it. */
@Module({})
export class StoreModule {
  static register(config: StoreConfig): DynamicModule {
    return {
      module: StoreModule,
      providers: [{ provide: STORE, useFactory: () => createStore(config) }, StoreConnection],
      exports: [STORE],
      global: true,
    };
  }
}
