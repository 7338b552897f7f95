// An inference service in Node: one prediction, and what really happened a little later.
//   npm install kafkajs
//   KAFKA_BROKERS=127.0.0.1:19092 node send-events.mjs
import { randomUUID } from 'node:crypto';
import { Kafka } from 'kafkajs';

const kafka = new Kafka({
  clientId: 'delay-service',
  brokers: (process.env.KAFKA_BROKERS ?? '127.0.0.1:19092').split(','),
});
const producer = kafka.producer({ idempotent: true });
await producer.connect();

const id = randomUUID();
await producer.send({
  topic: 'plumbline.predictions',
  messages: [
    {
      key: id,
      value: JSON.stringify({
        id,
        model: 'my-model',
        version: '1',
        time: new Date().toISOString(),
        features: { distance: 733, origin: 'ATL' },
        prediction: { label: 'late', score: 0.81 },
        attributions: { distance: 0.12, origin: 0.4 },
        tags: { region: 'south' },
      }),
    },
  ],
});

// Minutes or weeks later, with the same id:
await producer.send({
  topic: 'plumbline.ground-truth',
  messages: [
    {
      key: id,
      value: JSON.stringify({ id, model: 'my-model', time: new Date().toISOString(), label: 'late' }),
    },
  ],
});

await producer.disconnect();
console.log(`sent prediction and ground truth ${id}`);
