// What a modem says when it cannot, in words: TS 27.005 3.2.5 (CMS), TS 27.007 9.2 (CME), and the causes of the network
// behind CMS numbers below 256 (TS 24.011 annex E, TS 23.040 9.2.3.22). Words are our own, and hold no number to ring.

export interface ModemError {
  /** Null: a plain `ERROR`. */
  readonly family: 'CME' | 'CMS' | 'call' | null;
  readonly code: number | null;
  readonly words: string;
}

const CMS: Readonly<Record<number, string>> = {
  1: 'there is no such number',
  8: 'the operator bars it',
  10: 'the number is barred',
  21: 'the network refused the text',
  22: 'the receiver has no room for texts',
  27: 'the phone cannot be reached now',
  28: 'the network does not know this number',
  29: 'the network refused the service',
  30: 'the network does not know this number',
  38: 'the network is out of order',
  41: 'the network failed for the moment',
  42: 'the network is congested',
  47: 'the network has no resources',
  50: 'this SIM may not send texts',
  69: 'the network cannot do this',
  81: 'the network did not follow',
  95: 'the network did not understand the text',
  96: 'the network did not understand the text',
  97: 'the network did not understand the text',
  98: 'the network did not follow',
  99: 'the network did not understand the text',
  111: 'the network failed',
  127: 'the network failed',
  192: 'the service centre is busy',
  193: 'this SIM has no contract for texts',
  194: 'the service centre failed',
  195: 'the number cannot be used',
  196: 'the number is barred',
  197: 'the service centre took it for a repeat',
  208: 'the SIM has no room for texts',
  212: 'the SIM failed',
  300: 'the modem failed',
  301: 'the modem keeps texts to itself',
  302: 'the modem does not allow it now',
  303: 'the modem cannot do this',
  304: 'the modem did not understand the text',
  305: 'the modem did not understand the text',
  310: 'there is no SIM',
  311: 'the SIM asks for its PIN',
  312: 'the SIM is tied to another phone',
  313: 'the SIM failed',
  314: 'the SIM is busy',
  315: 'the SIM is the wrong one',
  316: 'the SIM is blocked and asks for its PUK',
  320: 'the memory for texts failed',
  321: 'there is no text at this place',
  322: 'the memory for texts is full',
  330: 'the SIM knows no service centre',
  331: 'there is no network',
  332: 'the network gave no answer',
  340: 'no acknowledgement was expected',
  500: 'the modem failed and does not say why',
};

const CME: Readonly<Record<number, string>> = {
  0: 'the modem failed',
  1: 'the modem has no connection inside',
  3: 'the modem does not allow it',
  4: 'the modem cannot do this',
  5: 'the SIM is tied to another phone',
  10: 'there is no SIM',
  11: 'the SIM asks for its PIN',
  12: 'the SIM is blocked and asks for its PUK',
  13: 'the SIM failed',
  14: 'the SIM is busy',
  15: 'the SIM is the wrong one',
  16: 'the PIN is wrong',
  17: 'the SIM asks for its second PIN',
  18: 'the SIM asks for its second PUK',
  20: 'the memory is full',
  21: 'there is nothing at this place',
  23: 'the memory failed',
  30: 'there is no network',
  31: 'the network gave no answer',
  32: 'the network allows emergency calls only',
  40: 'the modem is tied to a network and asks for a code',
  100: 'the modem failed and does not say why',
  515: 'the modem is busy starting',
};

/** The final lines of a call that is none. */
export const CALL_ENDS: Readonly<Record<string, string>> = {
  'NO CARRIER': 'the call was not put through',
  BUSY: 'the phone is in use',
  'NO ANSWER': 'nobody answered',
  'NO DIALTONE': 'there is no line',
  'NO DIAL TONE': 'there is no line',
};

/** Null: the line is no error. Modems set to words say `+CMS ERROR: network out of order`; the words are theirs, so none are kept. */
export function readError(line: string): ModemError | null {
  if (line === 'ERROR' || line === 'COMMAND NOT SUPPORT') {
    return { family: null, code: null, words: 'the modem refused without a reason' };
  }
  const found = /^\+(CM[ES]) ERROR: ?(.*)$/.exec(line);
  if (found === null) return null;
  const family = found[1] === 'CME' ? 'CME' : 'CMS';
  const code = /^\d{1,5}$/.test(found[2] ?? '') ? Number(found[2]) : null;
  const known = code === null ? undefined : (family === 'CME' ? CME : CMS)[code];
  const words = known ?? (code === null ? 'the modem refused without a number' : 'the modem refused');
  return { family, code, words: code === null ? words : `${words} (${family} ${code})` };
}

/** Numbers and texts that no second try would make better. */
const FOR_GOOD: ReadonlySet<number> = new Set([1, 8, 10, 21, 28, 30, 50, 95, 96, 97, 99, 193, 195, 196, 304, 305]);
/** The network was asked, and what it did is not known; or it says that it has it. */
const IN_DOUBT: ReadonlySet<number> = new Set([197, 332, 500]);

/** What a refusal to send means for sending again. */
export function meaningForSending(error: ModemError): 'refused' | 'later' | 'unknown' {
  if (error.family !== 'CMS' || error.code === null) return 'later';
  if (FOR_GOOD.has(error.code)) return 'refused';
  return IN_DOUBT.has(error.code) ? 'unknown' : 'later';
}

export const isStorageFull = ({ family, code }: ModemError): boolean =>
  (family === 'CMS' && (code === 322 || code === 208)) || (family === 'CME' && code === 20);
