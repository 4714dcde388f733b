import type { PublishPacket } from 'aedes';
import type { SourceId } from '../../base/brand.ts';
import type { BrokerDoor } from '../../hub/ports.ts';
import type { Account } from './accounts.ts';
import { MAX_PAYLOAD_BYTES, MAX_PUBLISH_BYTES } from './limits.ts';
import type { Refusals } from './refusals.ts';
import type { Repeats } from './repeats.ts';
import type { Retained } from './retained.ts';
import { isHubTopic, isTopic } from './topics.ts';

/** Who sends. Without an account there is nothing it may say. */
export interface Sender {
  readonly clientId: string;
  readonly source: SourceId;
  readonly account: Account | undefined;
}

export interface AdmissionParts {
  readonly panelSet: string;
  readonly door: BrokerDoor;
  readonly refusals: Refusals;
  readonly repeats: Repeats;
  /** Where retained messages of clients are kept. */
  readonly retained: Retained;
}

/** Where a message goes that is acknowledged but nobody may have: no client can subscribe to what begins with `$`. */
const NOWHERE = '$nowhere';
const EMPTY = Buffer.alloc(0);

/**
 * Decides what becomes of a message that a client of the embedded broker published or left as its last will: the hub
 * gets what is for it, and the packet is changed into what others may see. `close` means that the client has to go.
 */
export function createAdmission(parts: AdmissionParts): (sender: Sender, packet: PublishPacket) => 'stay' | 'close' {
  const { panelSet, door, refusals, repeats, retained } = parts;

  function reasonToRefuse({ account }: Sender, packet: PublishPacket): string | null {
    const { topic } = packet;
    if (!isTopic(topic)) return 'a topic that is none';
    if (packet.qos > 0 && packet.messageId === 0) return 'packet id 0';
    if (account?.mayPublish(topic) !== true) return 'a topic this client may not publish on';
    if (topic.startsWith('$')) return 'a topic of the broker';
    if (isHubTopic(topic) && topic !== panelSet) return 'a topic of the hub';
    return null;
  }

  function takeCommand({ clientId, source }: Sender, packet: PublishPacket, payload: Buffer): void {
    const { retain, messageId, dup } = packet;
    empty(packet);
    if (retain) refusals.note(source, 'a retained command');
    else if (payload.length > MAX_PAYLOAD_BYTES) refusals.note(source, 'a command over 64 KiB');
    else if (repeats.seenBefore(clientId, { messageId, dup, payload })) refusals.note(source, 'a command sent again');
    else door.command(Buffer.from(payload), source);
  }

  function takeMessage({ source }: Sender, packet: PublishPacket, payload: Buffer): void {
    if (packet.retain) {
      // Kept here, at once, and not by aedes: a message that follows it in the same read would overtake it there.
      if (!retained.keep(packet.topic, payload)) refusals.note(source, 'more retained messages than fit');
      packet.retain = false;
    }
    door.message(packet.topic, payload, false, source);
  }

  return (sender, packet) => {
    // aedes parses every payload into bytes.
    const payload = packet.payload as Buffer;
    if (payload.length > MAX_PUBLISH_BYTES) {
      refusals.note(sender.source, 'a message over 1 MiB');
      sendNowhere(packet);
      return 'close';
    }
    const why = reasonToRefuse(sender, packet);
    if (why !== null) {
      refusals.note(sender.source, why);
      sendNowhere(packet);
    } else if (packet.topic === panelSet) {
      takeCommand(sender, packet, payload);
    } else if (payload.length > MAX_PAYLOAD_BYTES) {
      refusals.note(sender.source, 'a message over 64 KiB');
      empty(packet);
    } else {
      takeMessage(sender, packet, payload);
    }
    return 'stay';
  };
}

function empty(packet: PublishPacket): void {
  packet.payload = EMPTY;
  packet.retain = false;
}

function sendNowhere(packet: PublishPacket): void {
  empty(packet);
  packet.topic = NOWHERE;
}
