/** The hub's topics on the broker of Home Assistant, and those on which Home Assistant itself speaks. */
export interface HomeTopics {
  readonly status: string;
  readonly state: string;
  readonly attributes: string;
  readonly set: string;
  readonly reply: string;
  readonly zone: (id: string) => string;
  readonly output: (id: string) => string;
  /** Where the device of this name is described. */
  readonly config: (name: string) => string;
  /** Filters of all that the hub keeps retained there under names that come from its config. */
  readonly own: readonly string[];
  /** Home Assistant says `online` here when it has started. */
  readonly births: readonly string[];
}

/** Where Home Assistant says that it has started; its discovery prefix does not move it. */
const BIRTH = 'homeassistant/status';

/** `base` is the hub's own root there, `prefix` the one of discovery. */
export function homeTopics(siteId: string, base: string, prefix: string): HomeTopics {
  // With a level of its own before the name, what is left of an earlier config can be asked for, and nothing else.
  const config = (name: string): string => `${prefix}/device/lantern_${siteId}/${name}/config`;
  return {
    status: `${base}/status`,
    state: `${base}/panel/state`,
    attributes: `${base}/panel/attributes`,
    set: `${base}/panel/set`,
    reply: `${base}/panel/reply`,
    zone: (id) => `${base}/zones/${id}`,
    output: (id) => `${base}/outputs/${id}`,
    config,
    own: [config('+'), `${base}/zones/+`, `${base}/outputs/+`],
    births: [...new Set([BIRTH, `${prefix}/status`])],
  };
}
