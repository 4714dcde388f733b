/**
 * Does a topic filter take this topic? MQTT 3.1.1, section 4.7: `+` is one level, a last `#` is the rest and the
 * level above it, and a filter that begins with a wildcard takes no topic that begins with `$`.
 */
export function topicMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [i, want] of wanted.entries()) {
    if (want === '#') return true;
    const level = levels[i];
    if (level === undefined || (want !== '+' && want !== level)) return false;
  }
  return levels.length === wanted.length;
}

/** Does `allowed` take every topic that `wanted` takes? Both are topic filters; a plain topic is a filter too. */
export function filterCovers(allowed: string, wanted: string): boolean {
  if (wanted.startsWith('$') && !allowed.startsWith('$')) return false;
  const wide = allowed.split('/');
  const narrow = wanted.split('/');
  for (const [i, level] of wide.entries()) {
    if (level === '#') return true;
    const want = narrow[i];
    if (want === undefined || want === '#') return false;
    if (level !== '+' && level !== want) return false;
  }
  return narrow.length === wide.length;
}

/** The filters that are not already covered by another of the list, so that no message comes twice. */
export function withoutCovered(filters: readonly string[]): readonly string[] {
  const unique = [...new Set(filters)];
  return unique.filter((filter) => !unique.some((other) => other !== filter && filterCovers(other, filter)));
}

// U+FFFD is what a decoder leaves where the bytes were no UTF-8; nothing honest has it in a topic.
const NEVER_IN_FILTER = ['\u0000', '\uFFFD'];
const NEVER_IN_TOPIC = ['+', '#', ...NEVER_IN_FILTER];
const hasNone = (text: string, forbidden: readonly string[]): boolean => !forbidden.some((c) => text.includes(c));

/** May a message be published on it? No wildcard, no NUL, valid UTF-8, not empty. */
export function isTopic(text: string): boolean {
  return text.length > 0 && hasNone(text, NEVER_IN_TOPIC);
}

/** May a client ask for it? The places of the wildcards are the broker's business. */
export function isFilter(text: string): boolean {
  return text.length > 0 && hasNone(text, NEVER_IN_FILTER);
}

/** Is it one of the topics on which nobody but a hub speaks? */
export function isHubTopic(topic: string): boolean {
  return topic === 'lantern' || topic.startsWith('lantern/');
}

/** The one hub topic that clients publish on. */
export const panelSetTopic = (siteId: string): string => `lantern/${siteId}/panel/set`;

/** Whether the hub is there. */
export const statusTopic = (siteId: string): string => `lantern/${siteId}/status`;
