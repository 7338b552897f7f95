import { probeTcp } from './probe-tcp.js';

const metadataKey = 3;
const version = 1;
const correlationId = 1;
const clientId = 'plumbline-probe';

/**
 * A Metadata request (version 1, for no topics) of the Kafka protocol, https://kafka.apache.org/protocol: written here because a
 * client would retry and log while the broker starts.
 */
export function metadataRequest(): Buffer {
  const body = Buffer.alloc(2 + 2 + 4 + 2 + clientId.length + 4);
  let at = body.writeInt16BE(metadataKey, 0);
  at = body.writeInt16BE(version, at);
  at = body.writeInt32BE(correlationId, at);
  at = body.writeInt16BE(clientId.length, at);
  at += body.write(clientId, at);
  body.writeInt32BE(0, at);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

const isComplete = (received: Buffer): boolean =>
  received.length >= 4 && received.length >= 4 + received.readInt32BE(0);

/** Number of brokers in a Metadata answer: size, correlation id, then the array's length. */
export function brokersIn(answer: Buffer): number {
  return answer.length >= 12 && answer.readInt32BE(4) === correlationId ? answer.readInt32BE(8) : 0;
}

/** Whether the node answers and lists a broker, which it does once it is registered and may serve. */
export async function kafkaAnswers(port: number): Promise<boolean> {
  const answer = await probeTcp(port, metadataRequest(), isComplete);
  return answer !== undefined && brokersIn(answer) > 0;
}
