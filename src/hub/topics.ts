/** The hub's own topics. */
export interface Topics {
  readonly state: string;
  readonly attributes: string;
  readonly reply: string;
  readonly events: string;
  readonly zone: (id: string) => string;
  readonly output: (id: string) => string;
}

export function topicsOfSite(siteId: string): Topics {
  const base = `lantern/${siteId}`;
  return {
    state: `${base}/panel/state`,
    attributes: `${base}/panel/attributes`,
    reply: `${base}/panel/reply`,
    events: `${base}/events`,
    zone: (id) => `${base}/zones/${id}`,
    output: (id) => `${base}/outputs/${id}`,
  };
}
