// Every bound of the MQTT links in one place, with the reason beside the number.

/** A larger payload is acknowledged, emptied and counted; no device message comes near it. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

/** A larger payload closes the connection. */
export const MAX_PUBLISH_BYTES = 1024 * 1024;

/** What one packet may announce before a byte of it is kept: the largest payload and the longest topic. */
export const MAX_PACKET_BYTES = MAX_PUBLISH_BYTES + 64 * 1024;

/** Clients at a time; a large house has some twenty programs that talk MQTT. */
export const MAX_CLIENTS = 100;

/** Connections that have not logged in yet; one more closes the oldest, so that idle ones cannot keep others out. */
export const MAX_STRANGERS = 32;

/** A connection that has not said who it is by then is closed. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** A wrong password is answered after this, so that guessing stays slow. */
export const WRONG_PASSWORD_WAIT_MS = 1_000;

/** MQTT 3.1.1 promises 23; Zigbee2MQTT, Tasmota and phone apps use up to 60. */
export const MAX_CLIENT_ID_LENGTH = 64;

/** Zigbee2MQTT asks for a handful, Home Assistant for some dozens. */
export const MAX_SUBSCRIPTIONS = 200;

/** Retained messages of clients: topics, and bytes of topics and payloads together. */
export const MAX_RETAINED_TOPICS = 4_000;
export const MAX_RETAINED_BYTES = 4 * 1024 * 1024;

/** What may wait for one slow client: all retained messages and as much again. More, and it is cut off. */
export const MAX_BACKLOG_BYTES = 2 * MAX_RETAINED_BYTES;

/** A client that takes nothing between two looks while something waits for it is cut off. It holds up nobody meanwhile. */
export const STALL_LOOK_MS = 2_000;

/** Messages of the hub that wait for the end of the current turn; one more sends them at once. */
export const MAX_WAITING_MESSAGES = 1_000;

/** Half-received QoS 2 messages of one client. */
export const MAX_QOS2_IN_FLIGHT = 1_000;

/** Commands remembered by packet id, to know one that was sent again. */
export const MAX_COMMANDS_REMEMBERED = 256;
export const COMMAND_MEMORY_MS = 60_000;

/** How long clients are given to take the last words at a clean stop. */
export const CLOSE_GRACE_MS = 500;

/** Repeated refusals of one source are told together, at most this often. */
export const REFUSAL_PERIOD_MS = 1_000;

/** To an external broker: waits between attempts grow from the first to the second. */
export const RECONNECT_FIRST_MS = 1_000;
export const RECONNECT_LONGEST_MS = 5_000;

/** So long does a start wait for an external broker; the hub guards without it. */
export const FIRST_CONNECT_WAIT_MS = 3_000;

/** A broker that is gone without a word is noticed within one and a half times this. */
export const BROKER_KEEPALIVE_SECONDS = 10;
