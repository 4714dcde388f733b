declare const brand: unique symbol;

/** A plain value that only one place may make: ids at the config's door, instants at the clock's. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Id of a configured device. A device with a `zone:` gives its id to that zone. */
export type DeviceId = Brand<string, 'DeviceId'>;
/** Id of a zone; the same text as the id of the device that carries it. */
export type ZoneId = Brand<string, 'ZoneId'>;
/** Id of a siren, strobe, light or relay. */
export type OutputId = Brand<string, 'OutputId'>;
/** Id of a person to tell; the only name for them in any log. */
export type ContactId = Brand<string, 'ContactId'>;
/** Id of a person with a code (`p` and hex); logs carry it instead of the name. */
export type PersonId = Brand<string, 'PersonId'>;
/** Id of one alarm, never used twice by one hub. */
export type AlarmId = Brand<string, 'AlarmId'>;
/** Id of one text in the outbox; survives restarts. */
export type TextId = Brand<string, 'TextId'>;
/** Who tried a code or sent a command: `mqtt:NAME`, `mqtt:anonymous`, `keypad:DEVICE`, `session:…`. */
export type SourceId = Brand<string, 'SourceId'>;
