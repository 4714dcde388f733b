const LONGEST_BYTES = 512;

/** Why this cannot be a device's topic; null if it can. */
export function topicFault(topic: string): string | null {
  if (/[#+]/.test(topic)) return 'has a wildcard; name one topic';
  if (topic.startsWith('$')) return 'begins with $, which belongs to the broker; use the topic of the device';
  if (topic === 'lantern' || topic.startsWith('lantern/')) {
    return 'is under lantern/, which belongs to the hub; use the topic of the device';
  }
  return textFault(topic);
}

/** Why this is no MQTT topic filter (MQTT 3.1.1, 4.7); null if it is one. */
export function filterFault(filter: string): string | null {
  if (filter.startsWith('$')) return 'begins with $, which belongs to the broker; name the topics themselves';
  const levels = filter.split('/');
  const misplaced = levels.some((level, index) => {
    if (level.includes('#')) return level !== '#' || index !== levels.length - 1;
    return level.includes('+') && level !== '+';
  });
  if (misplaced) return 'is not a topic filter; "+" stands alone between slashes, "#" alone at the end';
  return textFault(filter);
}

function textFault(topic: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: MQTT forbids NUL and advises against the others.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(topic) || !topic.isWellFormed())
    return 'has a character no topic may have; retype it';
  return Buffer.byteLength(topic) > LONGEST_BYTES ? `is longer than ${LONGEST_BYTES} bytes; shorten it` : null;
}

/** Whether a topic filter takes in a topic. */
export function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** Whether a filter may take in something under `lantern/`. */
export function reachesHub(filter: string): boolean {
  return ['lantern', '+', '#'].includes(filter.split('/')[0] ?? '');
}
