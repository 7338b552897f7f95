import { loadConfig } from '#libs/platform';
import { down, reset, up, type KafkaSetup, type StackPorts } from '../../deploy/local/index.js';
import { leaveTestHome, onFreePorts, takeTestHome, testSettings } from './test-home.js';

/** A Kafka beside that of the run, for one test file. */
export type ExtraKafka = { ports: StackPorts; stop: () => Promise<void> };

/** Starts a broker of its own, in a spare home; `setup` gets the ports, of which those of ClickHouse and Redis are free to use. */
export const startExtraKafka = async (setup: (ports: StackPorts) => KafkaSetup): Promise<ExtraKafka> => {
  const taken = await takeTestHome(loadConfig());
  const settings = { ...testSettings(taken.home), configured: {}, containers: 'never' as const };
  const stop = async () => {
    await down(settings, ['kafka']);
    await reset(settings);
    await leaveTestHome(taken);
  };
  try {
    await reset(settings);
    const ports = await onFreePorts(taken, async (found) => {
      await up({ ...settings, ports: found, kafka: setup(found) }, ['kafka']);
      return found;
    });
    return { ports, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
