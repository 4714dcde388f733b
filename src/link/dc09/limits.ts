// Every number of the DC-09 client in one place, with its reason.

/** Silence for so long is no answer: the next receiver is tried. */
export const ANSWER_MS = 20_000;
/** A datagram can be lost: until then it is sent again, under the same number. */
export const DATAGRAM_AGAIN_MS = 5_000;
/** An encrypted ACK whose time is further off than this is old, or its receiver's clock is wrong. */
export const ACK_SLACK_MS = 120_000;
/** Receivers take messages up to 20 s early and 40 s late: a NAK from a clock closer than this has another reason. */
export const CLOCKS_AGREE_MS = 10_000;
/** After so long on the second receiver the first is tried again, with a sign of life and not with an alarm. */
export const PRIMARY_AGAIN_MS = 300_000;
/** What is on its way gets so long before something more urgent takes its place. */
export const GRACE_MS = 500;
/** Messages that wait for the one on its way. The hub gives one at a time, an urgent one and a sign of life beside it. */
export const MAX_WAITING = 4;
