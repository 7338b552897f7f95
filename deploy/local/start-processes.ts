import { findRunning, provide, stop } from './lifecycle.js';
import { reasonOf, StackProblem } from './problem.js';
import type { ProcessRecord } from './process-identity.js';
import type { LocalService, ServiceContext } from './service.js';
import type { ServiceName, StackPorts } from './settings.js';
import { makers } from './stack-context.js';
import { writeState, type StackState } from './state.js';

const samePorts = (one: StackPorts, other: StackPorts): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Other ports cannot be given to processes that already run. */
export async function refuseMove(
  context: ServiceContext,
  state: StackState | undefined,
  names: readonly ServiceName[],
): Promise<void> {
  if (!state || samePorts(context.ports, state.ports)) return;
  for (const name of names) {
    const service = makers[name](context);
    if (await findRunning(service, state.processes[name])) {
      throw new StackProblem(
        `${service.title} already runs on other ports: stop it with "plumbline stack down", then start again with the new ones.`,
      );
    }
  }
}

/** Starts what is missing, in parallel. When one fails, what this call started is stopped again and the reasons are thrown. */
export async function startProcesses(
  context: ServiceContext,
  state: StackState | undefined,
  names: readonly ServiceName[],
): Promise<ServiceName[]> {
  const { settings, ports } = context;
  const processes: Partial<Record<ServiceName, ProcessRecord>> = { ...state?.processes };
  const begun: { service: LocalService; record: ProcessRecord }[] = [];
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    saving = saving.then(() =>
      writeState(settings.home, { version: 1, engine: 'processes', ports, processes }),
    );
    return saving;
  };
  const outcomes = await Promise.allSettled(
    names.map(async (name) => {
      const service = makers[name](context);
      const provided = await provide(service, processes[name], settings, async (record) => {
        begun.push({ service, record });
        processes[name] = record;
        await save();
      });
      processes[name] = provided.record;
      return provided.how === 'started' ? name : undefined;
    }),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (failures.length > 0) {
    await Promise.all(begun.map(({ service, record }) => stop(service, record)));
    for (const { service } of begun) Reflect.deleteProperty(processes, service.name);
    await save();
    settings.signal?.throwIfAborted();
    throw failures.every((failure) => failure instanceof StackProblem)
      ? new StackProblem(failures.map(reasonOf).join('\n'))
      : failures.find((failure) => !(failure instanceof StackProblem));
  }
  await save();
  return outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : [],
  );
}
