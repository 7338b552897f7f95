import {
  createBudget,
  decodeRecordSet,
  isSpent,
  type Budget,
  type DecodedMessage,
} from './record-batches.js';

type ResponseDecoder = {
  readonly buffer: Buffer;
  readInt32(): number;
  canReadBytes(bytes: number): boolean;
  readBytes(bytes: number): Buffer;
};

/** What the answers of all brokers together may fill with records at one time, beyond one batch of each; a broker is asked again when its records are handled. */
const FETCH_BUDGET_BYTES = 32 * 1024 * 1024;

/** One budget per answer: all partitions of an answer share its buffer. */
const budgets = new WeakMap<Buffer, Budget>();
/** Brokers that are read from side by side, and how many bytes of memory a byte of their newest answer took. */
const seen = { brokers: 1, expansion: 1 };

const budgetOf = (answer: Buffer): Budget => {
  const known = budgets.get(answer) ?? createBudget(FETCH_BUDGET_BYTES / seen.brokers);
  budgets.set(answer, known);
  return known;
};

/** decodeMessages: the records of one partition of an answer. Partitions behind the one that used the budget up come first in one of the next answers. */
export const decodeMessages = async (response: ResponseDecoder): Promise<DecodedMessage[]> => {
  const bytes = response.readInt32();
  if (bytes <= 0 || !response.canReadBytes(bytes)) return [];
  const set = response.readBytes(bytes);
  const budget = budgetOf(response.buffer);
  if (isSpent(budget)) return [];
  const messages = await decodeRecordSet(set, budget);
  if (budget.read > 0) seen.expansion = Math.max(1, budget.filled / budget.read);
  return messages;
};

type Partitions = { topic: string; partitions: number[] }[];
type Fetching = { getNodeIds(): number[]; maxBytes: number; readonly minBytes: number };
export type OfNode = (this: Fetching, nodeId: number, assigned: Partitions) => Partitions;

const rotate = <T>(list: readonly T[], by: number): T[] => {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};

/**
 * takeTurns: every partition of a broker is the first of a fetch in turn. The brokers that have any share the size of a fetch, which is no
 * more than what can be unpacked within the budget.
 */
export const takeTurns = (ofNode: OfNode): OfNode => {
  const states = new WeakMap<Fetching, { maxBytes: number; turns: Map<number, number> }>();
  return function (this: Fetching, nodeId, assigned) {
    const state = states.get(this) ?? { maxBytes: this.maxBytes, turns: new Map<number, number>() };
    states.set(this, state);
    const hasAny = (id: number) =>
      ofNode.call(this, id, assigned).some(({ partitions }) => partitions.length > 0);
    seen.brokers = Math.max(1, this.getNodeIds().filter(hasAny).length);
    const useful = Math.min(state.maxBytes, FETCH_BUDGET_BYTES / seen.expansion);
    this.maxBytes = Math.max(this.minBytes, Math.floor(useful / seen.brokers));
    const turn = state.turns.get(nodeId) ?? 0;
    state.turns.set(nodeId, turn + 1);
    const own = ofNode.call(this, nodeId, assigned);
    const round = Math.floor(turn / Math.max(1, own.length));
    return rotate(own, turn).map(({ topic, partitions }) => ({
      topic,
      partitions: rotate(partitions, round),
    }));
  };
};
