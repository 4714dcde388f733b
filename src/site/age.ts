const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
/** `age1`, 52 characters for 32 bytes, 6 of checksum. */
const LENGTH = 62;

/**
 * True for an X25519 recipient of age, checksum included, so that a slip is found now and not when evidence must be sealed.
 * Bech32 as in BIP 173, without its limit on length; checked here because the age package takes 0.2 s to load.
 */
export function isAgeRecipient(text: string): boolean {
  if (text.length !== LENGTH || !text.startsWith('age1')) return false;
  const data = [...text.slice(4)].map((character) => ALPHABET.indexOf(character));
  return !data.includes(-1) && checksum([...prefix('age'), ...data]) === 1 && hasCleanEnd(data);
}

/** The human part as the checksum takes it: high bits, a zero, low bits. */
function prefix(human: string): readonly number[] {
  const codes = [...human].map((character) => character.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return GENERATOR.reduce((mixed, part, bit) => ((top >>> bit) & 1 ? mixed ^ part : mixed), next);
  }, 1);
}

/** 52 characters carry 260 bits; the four beyond 32 bytes must be zero. */
function hasCleanEnd(data: readonly number[]): boolean {
  return ((data[51] ?? 1) & 0b1111) === 0;
}
