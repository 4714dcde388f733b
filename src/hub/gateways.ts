import type { WireTopic } from './ports.ts';

/** It is a wire's, and none that a broker carries. */
export const isWire = (topic: string): topic is WireTopic => topic.startsWith('#');

/** What a gateway is called in a fault. One on a wire has a name in the config; one on MQTT is known by its base topic. */
export const gatewayName = (base: string): string => (isWire(base) ? base.slice(base.indexOf('/') + 1) : base);
