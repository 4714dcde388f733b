import { createHash } from 'node:crypto';
import { COMMAND_MEMORY_MS, MAX_COMMANDS_REMEMBERED } from './limits.ts';

/** Knows a command that the same client has sent before under the same packet id. */
export interface Repeats {
  /**
   * True when it was marked as sent again (`dup`) and the first copy did arrive. A copy whose first did not arrive is
   * news. QoS 0 carries no packet id and is never sent again.
   */
  seenBefore(clientId: string, packet: RepeatablePacket): boolean;
}

export interface RepeatablePacket {
  readonly messageId?: number | undefined;
  readonly dup?: boolean | undefined;
  readonly payload: Uint8Array;
}

/** `now` is any clock in milliseconds that does not run backwards. */
export function createRepeats(now: () => number): Repeats {
  // Oldest first. A digest instead of the payload: codes are not kept.
  const seen = new Map<string, number>();

  function remember(key: string): void {
    seen.delete(key);
    seen.set(key, now());
    const oldest = seen.keys().next().value;
    if (seen.size > MAX_COMMANDS_REMEMBERED && oldest !== undefined) seen.delete(oldest);
  }

  return {
    seenBefore(clientId, packet) {
      if (packet.messageId === undefined) return false;
      const payload = createHash('sha256').update(packet.payload).digest('base64');
      const key = `${packet.messageId} ${payload} ${clientId}`;
      const at = seen.get(key);
      const again = packet.dup === true && at !== undefined && now() - at < COMMAND_MEMORY_MS;
      remember(key);
      return again;
    },
  };
}
