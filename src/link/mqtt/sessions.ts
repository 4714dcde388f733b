import { Readable } from 'node:stream';

interface Named {
  readonly id: string;
}
interface Numbered {
  readonly messageId?: number | undefined;
}

/**
 * What aedes keeps of its clients, cut down to what this broker promises: a session ends with its connection. Nothing
 * is queued for a client that is away (an order to a siren must never arrive late), so the only things to remember are
 * QoS 2 messages between their two halves; aedes bounds those per client. Retained messages and last wills are not
 * kept here: the broker has a bounded store for the first, and aedes holds the second with the connection.
 *
 * The shape is aedes' documented `persistence` option; every method must return a promise.
 */
export function createSessions() {
  const halfReceived = new Map<string, Map<number, object>>();

  function find(client: Named, packet: Numbered): object | undefined {
    return halfReceived.get(client.id)?.get(packet.messageId ?? 0);
  }

  return {
    async setup() {},
    async destroy() {},

    async incomingStorePacket(client: Named, packet: Numbered) {
      const own = halfReceived.get(client.id) ?? new Map<number, object>();
      halfReceived.set(client.id, own);
      // Only that it was seen matters; its payload has gone where it was to go.
      own.set(packet.messageId ?? 0, { messageId: packet.messageId });
    },
    async incomingGetPacket(client: Named, packet: Numbered) {
      const found = find(client, packet);
      if (found === undefined) throw new Error('no such packet');
      return found;
    },
    async incomingDelPacket(client: Named, packet: Numbered) {
      if (find(client, packet) === undefined) throw new Error('no such packet');
      halfReceived.get(client.id)?.delete(packet.messageId ?? 0);
    },
    async cleanIncoming(client: Named) {
      halfReceived.delete(client.id);
    },

    async storeRetained() {},
    createRetainedStream: () => Readable.from([]),
    createRetainedStreamCombi: () => Readable.from([]),

    async addSubscriptions() {},
    async removeSubscriptions() {},
    async cleanSubscriptions() {},
    async subscriptionsByClient() {
      return [];
    },
    async subscriptionsByTopic() {
      return [];
    },
    async countOffline() {
      return { subsCount: 0, clientsCount: 0 };
    },
    getClientList: () => Readable.from([]),

    async outgoingEnqueue() {},
    async outgoingEnqueueCombi() {},
    async outgoingUpdate() {},
    async outgoingClearMessageId() {
      return undefined;
    },
    outgoingStream: () => Readable.from([]),

    async putWill() {},
    async getWill() {
      return undefined;
    },
    async delWill() {
      return undefined;
    },
    streamWill: () => Readable.from([]),
  };
}
