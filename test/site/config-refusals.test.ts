import { describe, expect, it } from 'vitest';
import { complaints, completed } from './fixtures/config.ts';

/** A config with something wrong in it, and every line the check says of it. */
interface Refusal {
  readonly name: string;
  /** Completed with what a config needs, after its own lines. */
  readonly yaml?: string;
  /** The whole file. */
  readonly whole?: string;
  /** Files beside it. */
  readonly beside?: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const refusals: readonly Refusal[] = [
  {
    name: 'an empty file',
    whole: '',
    says: ['1:1: (file): the file is empty; start from config/example.yaml'],
  },
  {
    name: 'a file of comments',
    whole: '# nothing here\n',
    says: ['1:1: (file): the file is empty; start from config/example.yaml'],
  },
  {
    name: 'a file that is one word',
    whole: 'hello',
    says: [
      '1:1: (file): "hello" is not a group of keys; it takes site, panel, devices, gateways, outputs, lighting, contacts, neverContact, escalation, sms, monitoring, mqtt, homeAssistant, web, evidence',
    ],
  },
  {
    name: 'a file that is a list',
    whole: '- site',
    says: [
      '1:1: (file): a list is not a group of keys; it takes site, panel, devices, gateways, outputs, lighting, contacts, neverContact, escalation, sms, monitoring, mqtt, homeAssistant, web, evidence',
    ],
  },
  {
    name: 'a bracket that is never closed',
    whole: 'site: { id: hub-1\ndevices: []',
    says: ['2:1: (file): not valid YAML: Flow map in block collection must be sufficiently indented and end with a }'],
  },
  {
    name: 'a quote that is never closed, over several lines',
    whole: "devices: [{ modes: [away]' }]\nweb: {}\n",
    says: [
      '1:26: (file): not valid YAML: Unexpected single-quoted-scalar at node end',
      '3:1: (file): not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
      '3:1: (file): not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
  {
    name: 'a tab for indent',
    whole: 'site:\n\tid: hub-1',
    says: ['2:1: (file): a tab cannot indent here; use spaces'],
  },
  {
    name: 'two documents',
    whole: 'site: {}\n---\nsite: {}',
    says: ['2:1: (file): a second document starts here; keep one, without --- between parts'],
  },
  {
    name: 'an unknown tag',
    whole: 'site: !include site.yaml',
    says: ['1:7: (file): unknown tag; only !secret NAME is known'],
  },
  {
    name: 'a key that is here twice',
    yaml: ['web: { port: 8080 }', 'web: { port: 8081 }'].join('\n'),
    says: ['2:1: web: "web" is here twice; the first is in line 1'],
  },
  {
    name: 'a key that is a list',
    yaml: 'web: { [a, b]: 1 }',
    says: ['1:8: web: a key must be a plain word'],
  },
  {
    name: 'an alias to nothing',
    whole: 'site: *home',
    says: ['1:7: (file): nothing before this is marked &home'],
  },
  {
    name: 'an alias inside itself',
    whole: 'site: &home { id: *home }',
    says: ['1:19: (file): nothing before this is marked &home'],
  },
  {
    name: 'site left out',
    whole:
      'web: {}\ncontacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fault] }]\nsms: { twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001" } }',
    says: ['1:1: site: is missing; it takes id, timezone, location'],
  },
  {
    name: 'site with nothing behind it',
    yaml: ['site:', 'web: {}'].join('\n'),
    says: ['1:6: site: is empty; it takes id, timezone, location'],
  },
  {
    name: 'an unknown key',
    yaml: 'wbe: {}',
    says: ['1:1: wbe: "wbe" is not a key here; did you mean "web"?'],
  },
  {
    name: 'an unknown key near none',
    yaml: 'heating: {}',
    says: [
      '1:1: heating: "heating" is not a key here; use site, panel, devices, gateways, outputs, lighting, contacts, neverContact, escalation, sms, monitoring, mqtt, homeAssistant, web or evidence',
    ],
  },
  {
    name: 'an unknown key in a zone',
    yaml: ['devices:', '  - { id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: panic, slient: true } }'].join(
      '\n',
    ),
    says: ['2:69: devices[0].zone.slient: "slient" is not a key here; did you mean "silent"?'],
  },
  {
    name: 'a key named like part of the language',
    yaml: '__proto__: {}',
    says: [
      '1:1: __proto__: "__proto__" is not a key here; use site, panel, devices, gateways, outputs, lighting, contacts, neverContact, escalation, sms, monitoring, mqtt, homeAssistant, web or evidence',
    ],
  },
  {
    name: 'a list that is too long, with entries that are none',
    yaml: `contacts: [${Array(33).fill('null').join(', ')}]`,
    says: ['1:11: contacts: has 33 entries; at most 32 are taken'],
  },
  {
    name: 'a modem without its port',
    yaml: 'sms: { modem: {}, twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001" } }',
    says: ['1:8: sms.modem.port: is missing; write text, in quotes if it looks like a number'],
  },
  {
    name: 'a PIN that is none, and one that stands in the file',
    yaml: 'sms: { modem: { port: /dev/ttyUSB2, pin: "12" } }',
    says: ['1:42: sms.modem.pin: is not a PIN; it has 4 to 8 digits, in quotes'],
  },
  {
    name: 'a PIN in the file',
    yaml: 'sms: { modem: { port: /dev/ttyUSB2, pin: "1234" } }',
    says: [
      '1:42: warning: sms.modem.pin: the secret stands in this file; write !secret NAME and keep the value in secrets.yaml',
    ],
  },
  { name: 'a modem alone', yaml: 'sms: { modem: { port: /dev/ttyUSB2 } }', says: [] },
  {
    name: 'a path that is configured and not in the list',
    yaml: 'sms: { paths: [modem], modem: { port: /dev/ttyUSB2 }, twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001" } }',
    says: ['1:55: warning: sms.twilio: is not used: sms.paths leaves it out; add twilio to it'],
  },
  {
    name: 'a path twice',
    yaml: 'sms: { paths: [modem, modem], modem: { port: /dev/ttyUSB2 } }',
    says: ['1:23: sms.paths[1]: "modem" is in the list already; remove it'],
  },
  ...(
    [
      [
        'an alarm',
        'Intruder in the kitchen',
        'text: "Intruder" tells whoever reads the phone what this is; use words of any day',
      ],
      ['help', 'Please help me', 'text: "help" tells whoever reads the phone what this is; use words of any day'],
      [
        'the husband',
        'My ex-husband is here',
        'text: "ex-husband" tells whoever reads the phone what this is; use words of any day',
      ],
      [
        'a street',
        'Come to 12 Mill Lane',
        'text: "12 Mill Lane" reads like an address or a number; say it to the person instead',
      ],
      [
        'a German street',
        'Komm in den Ahornweg 3',
        'text: "Ahornweg 3" reads like an address or a number; say it to the person instead',
      ],
      ['a flat', 'Meet me at flat 4', 'text: "flat 4" reads like an address or a number; say it to the person instead'],
      [
        'a postcode',
        'See you in LN1 3AA',
        'text: "LN1 3AA" reads like an address or a number; say it to the person instead',
      ],
      [
        'a place on the map',
        'I am at 53.2307',
        'text: "53.2307" reads like an address or a number; say it to the person instead',
      ],
      [
        'a number',
        'Ring 07700 900123',
        'text: "07700 900123" reads like an address or a number; say it to the person instead',
      ],
      ['a link', 'See www.example.org', 'text: "www." reads like an address or a number; say it to the person instead'],
      ['letters no text can carry', 'Bel me 🚨', 'text: has letters that a text cannot carry (🚨); write without them'],
      ['the answer itself', 'Say ok to me', 'text: "OK" is what is answered with; use another word'],
      ['too much', 'x'.repeat(81), 'text: has 81 characters; at most 80 fit into one text'],
    ] as const
  ).map(([name, words, says]) => ({
    name: `own words that say ${name}`,
    yaml: `contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault], text: ${JSON.stringify(words)} }]`,
    says: [`1:115: contacts[0].${says}`],
  })),
  {
    name: 'own words of any day',
    yaml: 'contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault], text: Can you call me about Sunday? }]',
    says: [],
  },
  {
    name: 'a way to reach somebody that there is not',
    yaml: 'contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault], via: [pigeon] }]',
    says: ['1:115: contacts[0].via[0]: "pigeon" is not a way to reach somebody; use text or call'],
  },
  {
    name: 'ways to reach somebody without an answer, and twice the same',
    yaml: [
      'contacts:',
      '  - { id: a, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault] }',
      '  - { id: b, phone: "+447700900124", via: [call] }',
      '  - { id: c, phone: "+447700900125", via: [text, text] }',
    ].join('\n'),
    says: [
      '3:43: warning: contacts[1].via: has no text, so this person cannot answer; add text',
      '4:43: contacts[2].via: names a way twice; remove one',
    ],
  },
  {
    name: 'hours that are none',
    yaml: 'contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault], hours: { from: "8", to: "25:00" } }]',
    says: [
      '1:124: contacts[0].hours.from: "8" is not a time of day; write it in quotes, as in "08:00"',
      '1:133: contacts[0].hours.to: "25:00" is not a time of day; write it in quotes, as in "08:00"',
    ],
  },
  {
    name: 'hours that leave the house alone at night',
    yaml: 'contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault], hours: { from: "08:00", to: "22:00" } }]',
    says: [
      '1:116: warning: contacts[0].hours: at 00:00 nobody may be told of intruder before the last resort; leave the hours of one contact out, or name the kinds under alarms',
      '1:116: warning: contacts[0].hours: at 00:00 nobody may be told of fire before the last resort; leave the hours of one contact out, or name the kinds under alarms',
    ],
  },
  {
    name: 'hours of two that leave no gap',
    yaml: [
      'contacts:',
      '  - { id: a, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fire, fault], hours: { from: "06:00", to: "18:00" } }',
      '  - { id: b, phone: "+447700900124", hours: { from: "18:00", to: "06:00" } }',
    ].join('\n'),
    says: [],
  },
  {
    name: 'a certificate of another kind',
    yaml: 'web: { tls: acme }',
    says: ['1:13: web.tls: "acme" is not a certificate; write self, or { cert: FILE, key: FILE }'],
  },
  {
    name: 'half a certificate',
    yaml: 'web: { tls: { cert: page.pem } }',
    says: ['1:13: web.tls: a group of keys is not a certificate; write self, or { cert: FILE, key: FILE }'],
  },
  {
    name: 'a certificate that is not there',
    yaml: 'web: { tls: { cert: page.pem, key: page.key } }',
    says: [
      '1:21: web.tls.cert: "page.pem" cannot be read; check the path and its rights',
      '1:36: web.tls.key: "page.key" cannot be read; check the path and its rights',
    ],
  },
  { name: 'a page beyond loopback with its own certificate', yaml: 'web: { host: 0.0.0.0, tls: self }', says: [] },
  {
    name: 'a name with a port',
    yaml: 'web: { names: ["hub.lan:8080"] }',
    says: [
      '1:16: web.names[0]: "hub.lan:8080" is not a host name; write it as it is typed into a browser, such as hub.lan',
    ],
  },
  {
    name: 'a modem in the list that is not there',
    yaml: [
      'sms:',
      '  paths: [twilio, modem]',
      '  twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001" }',
    ].join('\n'),
    says: ['2:19: sms.paths[1]: there is no sms.modem; add it, or remove it from the list'],
  },
  {
    name: 'an unknown driver',
    yaml: 'outputs: [{ id: siren, role: siren, driver: mqqt, profile: zigbee2mqtt, topic: z/s }]',
    says: ['1:45: outputs[0].driver: "mqqt" is not a driver; did you mean "mqtt"?'],
  },
  {
    name: 'a site id with spaces',
    yaml: 'site: { id: "12 High Street", timezone: Europe/London }',
    says: [
      '1:13: site.id: "12 High Street" is not an id; use small letters, digits, "-" and "_", at most 63, beginning with a letter or digit, and nothing that says who lives here or where',
    ],
  },
  {
    name: 'a time zone with a slip',
    yaml: 'site: { id: hub-1, timezone: Europe/Lodnon }',
    says: ['1:30: site.timezone: "Europe/Lodnon" is not an IANA time zone; did you mean "Europe/London"?'],
  },
  {
    name: 'an offset for a time zone',
    yaml: 'site: { id: hub-1, timezone: "+01:00" }',
    says: ['1:30: site.timezone: "+01:00" is not an IANA time zone; use one such as Europe/London'],
  },
  {
    name: 'coordinates that point at the home',
    yaml: 'site: { id: hub-1, timezone: UTC, location: { latitude: 53.2345, longitude: -0.5 } }',
    says: [
      '1:57: warning: site.location.latitude: has more than one decimal, which can point at the home; one is enough to know dusk',
    ],
  },
  {
    name: 'a latitude that is none',
    yaml: 'site: { id: hub-1, timezone: UTC, location: { latitude: 91, longitude: "0" } }',
    says: [
      '1:57: site.location.latitude: 91 is not a number of degrees; use -90 to 90',
      '1:72: site.location.longitude: "0" is not a number of degrees; use -180 to 180',
    ],
  },
  {
    name: 'a delay without a unit',
    yaml: 'panel: { modes: { away: { exitDelay: 45 } } }',
    says: ['1:38: panel.modes.away.exitDelay: 45 has no unit; write 45s for seconds, or use ms, m or h'],
  },
  {
    name: 'a delay in words',
    yaml: 'panel: { modes: { away: { exitDelay: 45 seconds } } }',
    says: [
      '1:38: panel.modes.away.exitDelay: "45 seconds" is not a length of time; write a whole number and its unit, as in 500ms, 30s, 15m or 1h',
    ],
  },
  {
    name: 'a delay out of bounds',
    yaml: 'panel: { modes: { away: { exitDelay: 11m } } }',
    says: ['1:38: panel.modes.away.exitDelay: "11m" is out of bounds; it may be 0s to 10m'],
  },
  {
    name: 'an entry delay longer than the standard grants',
    yaml: 'panel: { modes: { night: { entryDelay: 46s } } }',
    says: [
      '1:40: warning: panel.modes.night.entryDelay: 46s is longer than the 45s of EN 50131-1; an intruder has as long',
    ],
  },
  {
    name: 'an unknown mode',
    yaml: 'panel: { modes: { holiday: {} } }',
    says: ['1:19: panel.modes.holiday: "holiday" is not a key here; use away, home or night'],
  },
  {
    name: 'a short siren',
    yaml: 'panel: { siren: { duration: 60s } }',
    says: ['1:29: warning: panel.siren.duration: 60s is outside 90s to 15m, which EN 50131 asks of a siren'],
  },
  {
    name: 'a long siren',
    yaml: 'panel: { siren: { duration: 16m } }',
    says: ['1:29: warning: panel.siren.duration: 16m is outside 90s to 15m, which EN 50131 asks of a siren'],
  },
  {
    name: 'no trips',
    yaml: 'panel: { siren: { trips: 0 } }',
    says: ['1:26: panel.siren.trips: 0 is out of bounds; use 1 to 6'],
  },
  {
    name: 'trips and a half',
    yaml: 'panel: { siren: { trips: 2.5 } }',
    says: ['1:26: panel.siren.trips: 2.5 is not a whole number; use 1 to 6'],
  },
  {
    name: 'yes for true',
    yaml: 'panel: { quickArm: yes }',
    says: ['1:20: panel.quickArm: "yes" is not true or false; write true or false without quotes'],
  },
  {
    name: 'devices that are no list',
    yaml: 'devices: { front-door: {} }',
    says: ['1:10: devices: a group of keys is not a list; write [ … ], or one "- …" a line'],
  },
  {
    name: 'a device with nothing in it',
    yaml: ['devices:', '  - id: a'].join('\n'),
    says: [
      '2:5: devices[0].profile: is missing; name the family that reads its messages, as in zigbee2mqtt',
      '2:5: devices[0].topic: is missing; write text, in quotes if it looks like a number',
    ],
  },
  {
    name: 'an id with capitals',
    yaml: 'devices: [{ id: Front Door, profile: zigbee2mqtt, topic: z/a }]',
    says: [
      '1:17: devices[0].id: "Front Door" is not an id; use small letters, digits, "-" and "_", at most 63, beginning with a letter or digit',
    ],
  },
  {
    name: 'one id twice',
    yaml: [
      'devices:',
      '  - { id: a, profile: zigbee2mqtt, topic: z/a }',
      '  - { id: a, profile: zigbee2mqtt, topic: z/b }',
    ].join('\n'),
    says: ['3:11: devices[1].id: "a" is taken by devices[0] in line 2; choose another id'],
  },
  {
    name: 'one id for a device and an output',
    yaml: [
      'devices: [{ id: siren, profile: zigbee2mqtt, topic: z/a }]',
      'outputs: [{ id: siren, role: siren, profile: zigbee2mqtt, topic: z/a }]',
    ].join('\n'),
    says: ['2:17: outputs[0].id: "siren" is taken by devices[0] in line 1; choose another id'],
  },
  {
    name: 'an unknown profile',
    yaml: 'devices: [{ id: a, profile: zigbee2mqt, topic: z/a }]',
    says: ['1:29: devices[0].profile: "zigbee2mqt" is not a known profile; did you mean "zigbee2mqtt"?'],
  },
  {
    name: 'an unknown model',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, model: MCCGQ11, topic: z/a }]',
    says: ['1:49: devices[0].model: "MCCGQ11" is not a model of zigbee2mqtt; did you mean "MCCGQ11LM"?'],
  },
  {
    name: 'a model far from any',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, model: unheard-of, topic: z/a }]',
    says: [
      '1:49: devices[0].model: "unheard-of" is not a model of zigbee2mqtt; remove it to use the common rules of zigbee2mqtt',
    ],
  },
  {
    name: 'a wildcard in a topic',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/+ }]',
    says: ['1:49: devices[0].topic: has a wildcard; name one topic'],
  },
  {
    name: 'a topic of the hub',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: lantern/hub-1/panel/set }]',
    says: ['1:49: devices[0].topic: is under lantern/, which belongs to the hub; use the topic of the device'],
  },
  {
    name: 'a topic of the broker',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: $SYS/uptime }]',
    says: ['1:49: devices[0].topic: begins with $, which belongs to the broker; use the topic of the device'],
  },
  {
    name: 'a NUL in a topic',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: "z/\\0a" }]',
    says: ['1:49: devices[0].topic: has a character no topic may have; retype it'],
  },
  {
    name: 'an unknown zone type',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: enrty, modes: [away] } }]',
    says: ['1:68: devices[0].zone.type: "enrty" is not a zone type; did you mean "entry"?'],
  },
  {
    name: 'an unknown mode in a zone',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: entry, modes: [away, holiday] } }]',
    says: ['1:89: devices[0].zone.modes[1]: "holiday" is not a mode; use away, home or night'],
  },
  {
    name: 'a guarded zone without modes',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: perimeter } }]',
    says: ['1:54: devices[0].zone.modes: is missing; name the modes that guard it, as in [away, home, night]'],
  },
  {
    name: 'no modes at all',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: perimeter, modes: [] } }]',
    says: ['1:86: devices[0].zone.modes: is an empty list; fill it or remove the key'],
  },
  {
    name: 'a mode twice',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: perimeter, modes: [away, away] } }]',
    says: ['1:93: devices[0].zone.modes[1]: "away" is in the list already; remove it'],
  },
  {
    name: 'modes on a zone that is always live',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: fire, modes: [away] } }]',
    says: ['1:74: devices[0].zone.modes: a fire zone is live in every mode; remove it'],
  },
  {
    name: 'an entry delay on a window',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: perimeter, modes: [away], entryDelay: 20s } }]',
    says: ['1:94: devices[0].zone.entryDelay: means nothing on a zone of type perimeter, only on entry; remove it'],
  },
  {
    name: 'a final door that is none',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: interior, modes: [away], finalDoor: true } }]',
    says: ['1:93: devices[0].zone.finalDoor: means nothing on a zone of type interior, only on entry; remove it'],
  },
  {
    name: 'hits on a door',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: entry, modes: [away], hits: 2, within: 5s } }]',
    says: [
      '1:90: devices[0].zone.hits: means nothing on a zone of type entry, only on tremor; remove it',
      '1:99: devices[0].zone.within: means nothing on a zone of type entry, only on tremor; remove it',
    ],
  },
  {
    name: 'a silent window',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: perimeter, modes: [away], silent: true } }]',
    says: ['1:94: devices[0].zone.silent: means nothing on a zone of type perimeter, only on panic; remove it'],
  },
  {
    name: 'button actions without a button',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: technical, on: [press] } }]',
    says: ['1:79: devices[0].zone.on: means nothing where no button trips the zone; remove it, or set signal: button'],
  },
  {
    name: 'a debounced button',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, debounce: 1s, zone: { type: panic } }]',
    says: ['1:54: devices[0].debounce: only contacts are debounced, and none trips this zone; remove it'],
  },
  {
    name: 'mains that moves',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, signal: motion, zone: { type: mains } }]',
    says: [
      '1:62: devices[0].signal: a mains zone is told by what is on or off, or open or closed; remove it, or set signal: contact',
    ],
  },
  {
    name: 'mains of a mode',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: hub_battery, modes: [away] } }]',
    says: ['1:81: devices[0].zone.modes: a hub_battery zone is live in every mode; remove it'],
  },
  {
    name: 'a signal without a zone',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, signal: contact }]',
    says: ['1:54: devices[0].signal: means nothing without a zone; remove it, or give the device a zone'],
  },
  {
    name: 'an unknown signal',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, signal: open, zone: { type: chime } }]',
    says: [
      '1:62: devices[0].signal: "open" is not a signal; use contact, motion, vibration, tamper, smoke, co, leak or button',
    ],
  },
  {
    name: 'a long entry delay of a door',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: entry, modes: [away], entryDelay: 1m } }]',
    says: [
      '1:102: warning: devices[0].zone.entryDelay: 1m is longer than the 45s of EN 50131-1; an intruder has as long',
    ],
  },
  {
    name: 'a door guarded in name only',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a, zone: { type: entry, modes: [away], forcedEntry: alarm } }]',
    says: [
      '1:103: warning: devices[0].zone.forcedEntry: no tremor zone guards "a", so this never comes into play; give one guards: a',
    ],
  },
  {
    name: 'a guard of nothing',
    yaml: [
      'devices:',
      '  - { id: front-door, profile: zigbee2mqtt, topic: z/a, zone: { type: entry, modes: [away] } }',
      '  - { id: b, profile: zigbee2mqtt, topic: z/b, zone: { type: tremor, modes: [away], guards: front-dor } }',
    ].join('\n'),
    says: ['3:93: devices[1].zone.guards: there is no device "front-dor"; did you mean "front-door"?'],
  },
  {
    name: 'a guard of a window',
    yaml: [
      'devices:',
      '  - { id: pane, profile: zigbee2mqtt, topic: z/a, zone: { type: perimeter, modes: [away] } }',
      '  - { id: b, profile: zigbee2mqtt, topic: z/b, zone: { type: tremor, modes: [away], guards: pane } }',
    ].join('\n'),
    says: ['3:93: devices[1].zone.guards: "pane" is no entry zone; name a device whose zone is of type entry'],
  },
  {
    name: 'an unknown role',
    yaml: 'outputs: [{ id: s, role: sirren, profile: zigbee2mqtt, topic: z/s }]',
    says: ['1:26: outputs[0].role: "sirren" is not a role; did you mean "siren"?'],
  },
  {
    name: 'a number that YAML reads as a number',
    yaml: 'contacts: [{ id: sister, phone: +447700900123, alarms: [duress] }]',
    says: [
      '1:33: contacts[0].phone: is not a phone number in quotes; write it with + and the country, as in "+447700900123"',
    ],
  },
  {
    name: 'a number without its country',
    yaml: 'contacts: [{ id: sister, phone: "07700 900123", alarms: [personal, duress, intruder, tamper, fault] }]',
    says: [
      '1:33: contacts[0].phone: is not a possible phone number; write it with + and the country, as in "+447700900123"',
    ],
  },
  {
    name: 'a number too short to be one',
    yaml: 'contacts: [{ id: sister, phone: "+44770", alarms: [personal, duress, intruder, tamper, fault] }]',
    says: [
      '1:33: contacts[0].phone: is not a possible phone number; write it with + and the country, as in "+447700900123"',
    ],
  },
  {
    name: 'a contact on the never list, written differently',
    yaml: [
      'contacts:',
      '  - { id: sister, phone: "+44 (7700) 900-123", alarms: [personal, duress, intruder, tamper, fault] }',
      'neverContact: ["+447700900123"]',
    ].join('\n'),
    says: [
      '2:26: contacts[0].phone: is on the never list (neverContact[0]); remove this use of it, the list always wins',
    ],
  },
  {
    name: 'a contact on the never list, with a slip beside it',
    yaml: ['contacts:', '  - { id: Sister, phone: "+447700900123" }', 'neverContact: ["+447700900123"]'].join('\n'),
    says: [
      '2:11: contacts[0].id: "Sister" is not an id; use small letters, digits, "-" and "_", at most 63, beginning with a letter or digit',
      '2:26: contacts[0].phone: is on the never list (neverContact[0]); remove this use of it, the list always wins',
    ],
  },
  {
    name: 'a sender on the never list',
    yaml: 'neverContact: ["+447700900001"]',
    says: [
      '4:75: sms.twilio.from: is on the never list (neverContact[0]); remove this use of it, the list always wins',
    ],
  },
  {
    name: 'a never list with a number that is none',
    yaml: 'neverContact: ["+1"]',
    says: [
      '1:16: neverContact[0]: is not a possible phone number; write it with + and the country, as in "+447700900123"',
    ],
  },
  {
    name: 'a contact with the number texts come from',
    yaml: 'contacts: [{ id: sister, phone: "+447700900001", alarms: [personal, duress, intruder, tamper, fault] }]',
    says: ['1:33: contacts[0].phone: is the number texts are sent from; give the number of the person'],
  },
  {
    name: 'two contacts with one number',
    yaml: [
      'contacts:',
      '  - { id: a, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fault] }',
      '  - { id: b, phone: "+447700900123" }',
    ].join('\n'),
    says: [
      '3:21: warning: contacts[1].phone: is the number of contacts[0] too; an answer from it may count for either',
    ],
  },
  {
    name: 'a contact called monitoring',
    yaml: 'contacts: [{ id: monitoring, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fault] }]',
    says: ['1:18: contacts[0].id: "monitoring" stands for the monitoring services; choose another id'],
  },
  {
    name: 'an unknown kind of alarm',
    yaml: 'contacts: [{ id: sister, phone: "+447700900123", alarms: [personal, burglary] }]',
    says: [
      '1:69: contacts[0].alarms[1]: "burglary" is not a kind of alarm; use personal, duress, intruder, tamper, fire or fault',
    ],
  },
  {
    name: 'no contacts',
    yaml: 'contacts: []',
    says: ['1:11: warning: contacts: there are no contacts, so nobody is told of an alarm; add one'],
  },
  {
    name: 'no account for texts',
    yaml: 'sms: {}',
    says: ['1:1: warning: sms.twilio: is missing, so texts are written to the log and not sent; add it to send them'],
  },
  {
    name: 'a duress nobody hears of',
    yaml: 'contacts: [{ id: sister, phone: "+447700900123" }]',
    says: ['1:1: warning: contacts: nobody is told of duress; add it to the alarms of a contact'],
  },
  {
    name: 'an unknown contact',
    yaml: 'escalation: { default: [{ after: 0s, notify: [sistr] }] }',
    says: ['1:47: escalation.default[0].notify[0]: there is no contact "sistr"; did you mean "sister"?'],
  },
  {
    name: 'a step for nobody',
    yaml: 'escalation: { default: [{ after: 0s, notify: [] }] }',
    says: ['1:46: escalation.default[0].notify: is an empty list; fill it or remove the key'],
  },
  {
    name: 'a step that reaches nobody',
    yaml: [
      'contacts:',
      '  - { id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fault] }',
      '  - { id: neighbour, phone: "+447700900456", alarms: [intruder] }',
      'escalation:',
      '  personal: [{ after: 0s, notify: [neighbour] }]',
      '  default: [{ after: 0s, notify: [sister, neighbour] }]',
    ].join('\n'),
    says: ['5:35: escalation.personal[0].notify: reaches nobody for personal; name a contact whose alarms include it'],
  },
  {
    name: 'a step that reaches nobody for some kinds',
    yaml: [
      'contacts: [{ id: sister, phone: "+447700900123" }]',
      'escalation: { default: [{ after: 0s, notify: [sister] }] }',
    ].join('\n'),
    says: [
      '2:46: warning: escalation.default[0].notify: reaches nobody for duress; name a contact whose alarms include it',
    ],
  },
  {
    name: 'monitoring alone',
    yaml: 'escalation: { personal: [{ after: 0s, notify: [monitoring] }] }',
    says: [
      '1:47: escalation.personal[0].notify: reaches nobody for personal; name a contact whose alarms include it',
      '1:48: warning: escalation.personal[0].notify[0]: reaches nobody: there are no monitoring services; add one to monitoring, or remove it',
    ],
  },
  {
    name: 'monitoring beside a contact',
    yaml: 'escalation: { personal: [{ after: 0s, notify: [monitoring, sister] }] }',
    says: [
      '1:48: warning: escalation.personal[0].notify[0]: reaches nobody: there are no monitoring services; add one to monitoring, or remove it',
    ],
  },
  {
    name: 'a contact no step tells',
    yaml: [
      'contacts:',
      '  - { id: sister, phone: "+447700900123", alarms: [personal, duress, intruder, tamper, fault] }',
      '  - { id: neighbour, phone: "+447700900456" }',
      'escalation: { default: [{ after: 0s, notify: [sister] }] }',
    ].join('\n'),
    says: ['3:11: warning: contacts[1].id: no step of escalation tells "neighbour"; add it to a notify, or remove it'],
  },
  {
    name: 'a contact twice in a step',
    yaml: 'escalation: { default: [{ after: 0s, notify: [sister, sister] }] }',
    says: ['1:55: escalation.default[0].notify[1]: "sister" is in the list already; remove it'],
  },
  {
    name: 'repeat without every',
    yaml: 'escalation: { default: [{ after: 0s, notify: [sister], repeat: 3 }] }',
    says: ['1:56: escalation.default[0].repeat: needs the time between repeats; add every, as in every: 2m'],
  },
  {
    name: 'every without repeat',
    yaml: 'escalation: { default: [{ after: 0s, notify: [sister], every: 2m }] }',
    says: ['1:56: escalation.default[0].every: means nothing without repeat; add repeat: 2 or more, or remove it'],
  },
  {
    name: 'repeats without end',
    yaml: 'escalation: { default: [{ after: 0s, notify: [sister], repeat: 1000, every: 1m }] }',
    says: ['1:64: escalation.default[0].repeat: 1000 is out of bounds; use 1 to 20'],
  },
  {
    name: 'steps for a kind there is not',
    yaml: 'escalation: { burglary: [{ after: 0s, notify: [sister] }] }',
    says: [
      '1:15: escalation.burglary: "burglary" is not a key here; use personal, duress, intruder, tamper, fire, fault, default or lastResort',
    ],
  },
  {
    name: 'a step without a time',
    yaml: 'escalation: { default: [{ notify: [sister] }] }',
    says: [
      '1:25: escalation.default[0].after: is missing; write a whole number and its unit, as in 500ms, 30s, 15m or 1h',
    ],
  },
  {
    name: 'a secret that is nowhere',
    yaml: ['web: {}', 'mqtt: { users: [{ name: a, password: !secret nowhere, publish: [z/#] }] }'].join('\n'),
    says: [
      '2:46: mqtt.users[0].password: there is no secret "nowhere"; put "nowhere: …" into secrets.yaml beside this file, or a file of that name into $CREDENTIALS_DIRECTORY',
    ],
  },
  {
    name: 'a secret with a slip in its name',
    yaml: 'mqtt: { users: [{ name: a, password: !secret brokr, publish: [z/#] }] }',
    beside: { 'secrets.yaml': 'broker: a long password\n' },
    says: [
      '1:46: mqtt.users[0].password: there is no secret "brokr"; did you mean "broker"? Else put "brokr: …" into secrets.yaml beside this file, or a file of that name into $CREDENTIALS_DIRECTORY',
    ],
  },
  {
    name: 'a secret named like a path',
    yaml: 'mqtt: { users: [{ name: a, password: !secret ../token, publish: [z/#] }] }',
    says: [
      '1:46: mqtt.users[0].password: a secret is named with letters, digits, "_", "-" and "."; at most 64 of them',
    ],
  },
  {
    name: 'an empty secret',
    yaml: 'mqtt: { users: [{ name: a, password: !secret empty, publish: [z/#] }] }',
    says: ['1:46: mqtt.users[0].password: the secret "empty" is empty; give it a value'],
  },
  {
    name: 'a secret that is a number',
    yaml: 'mqtt: { users: [{ name: a, password: !secret pin, publish: [z/#] }] }',
    beside: { 'secrets.yaml': 'pin: 12345678\n' },
    says: [
      '1:46: mqtt.users[0].password: the secret "pin" cannot be looked up; mend the errors of secrets.yaml first',
      'secrets.yaml:1:6: pin: is not text; put the value in quotes',
    ],
  },
  {
    name: 'a secrets file that is no YAML',
    yaml: 'mqtt: { users: [{ name: a, password: !secret pin, publish: [z/#] }] }',
    beside: { 'secrets.yaml': 'pin: "12345678\n' },
    says: [
      '1:46: mqtt.users[0].password: the secret "pin" cannot be looked up; mend the errors of secrets.yaml first',
      'secrets.yaml:2:1: (file): not valid YAML: Missing closing "quote',
    ],
  },
  {
    name: 'a secret of a secret',
    yaml: 'mqtt: { users: [{ name: a, password: !secret pin, publish: [z/#] }] }',
    beside: { 'secrets.yaml': 'pin: !secret token\n' },
    says: [
      '1:46: mqtt.users[0].password: the secret "pin" cannot be looked up; mend the errors of secrets.yaml first',
      'secrets.yaml:1:14: pin: a secret cannot be another secret; write its value',
    ],
  },
  {
    name: 'a wrong value out of a secret, not shown',
    yaml: 'site: { id: hub-1, timezone: !secret bad_zone }',
    says: ['1:38: site.timezone: the value of this secret is not an IANA time zone; use one such as Europe/London'],
  },
  {
    name: 'literal secrets',
    yaml: [
      'sms: { twilio: { accountSid: !secret sid, authToken: abcdef, from: "+447700900001" } }',
      'mqtt: { users: [{ name: a, password: a long password, publish: [z/#] }] }',
    ].join('\n'),
    says: [
      '1:54: warning: sms.twilio.authToken: the secret stands in this file; write !secret NAME and keep the value in secrets.yaml',
      '2:38: warning: mqtt.users[0].password: the secret stands in this file; write !secret NAME and keep the value in secrets.yaml',
    ],
  },
  {
    name: 'an account SID with a slip',
    yaml: 'sms: { twilio: { accountSid: AC123, authToken: !secret token, from: "+447700900001" } }',
    says: [
      '1:30: warning: sms.twilio.accountSid: does not look like an account SID (AC and 32 hex digits); compare it with the Twilio console',
    ],
  },
  {
    name: 'an account SID that would lead elsewhere',
    yaml: 'sms: { twilio: { accountSid: ../AC123, authToken: !secret token, from: "+447700900001" } }',
    says: [
      '1:30: sms.twilio.accountSid: is not an account SID; it is AC and 32 hex digits, copy it from the Twilio console',
    ],
  },
  {
    name: 'an API in the clear',
    yaml: 'sms: { twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001", apiBase: "http://api.example" } }',
    says: [
      '1:101: sms.twilio.apiBase: must be https, or http on loopback; else texts and the token cross the network in the clear',
    ],
  },
  {
    name: 'an API that is no URL',
    yaml: 'sms: { twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001", apiBase: api.twilio.com } }',
    says: ['1:101: sms.twilio.apiBase: is not a URL; use https://api.twilio.com'],
  },
  {
    name: 'an API with a password in it',
    yaml: 'sms: { twilio: { accountSid: !secret sid, authToken: !secret token, from: "+447700900001", apiBase: "https://a:b@api.twilio.com" } }',
    says: [
      '1:101: sms.twilio.apiBase: may hold a host, a port and a path only; the account goes into accountSid and authToken',
    ],
  },
  {
    name: 'a token left out',
    yaml: 'sms: { twilio: { accountSid: !secret sid, from: "+447700900001" } }',
    says: ['1:8: sms.twilio.authToken: is missing; write !secret NAME, and the value into secrets.yaml'],
  },
  {
    name: 'listening to the network without users',
    yaml: 'mqtt: { listen: { host: 0.0.0.0 } }',
    says: [
      '1:25: mqtt.listen.host: without mqtt.users anyone on the network could do everything; add users, or use 127.0.0.1',
    ],
  },
  {
    name: 'listening to the network with users',
    yaml: 'mqtt: { listen: { host: 192.168.1.10 }, users: [{ name: a, password: !secret password, publish: [z/#] }] }',
    says: [
      '1:25: warning: mqtt.listen.host: passwords and codes cross the network in the clear here; use 127.0.0.1 where the clients are on this machine',
    ],
  },
  {
    name: 'listening on a name',
    yaml: 'mqtt: { listen: { host: hub.lan } }',
    says: ['1:25: mqtt.listen.host: "hub.lan" is not an address; use 127.0.0.1, or an IP address of this machine'],
  },
  {
    name: 'a port that is none',
    yaml: 'mqtt: { listen: { port: 65536 } }',
    says: ['1:25: mqtt.listen.port: 65536 is out of bounds; use 0 to 65535'],
  },
  {
    name: 'both brokers',
    yaml: 'mqtt: { listen: {}, connect: { url: "mqtts://broker.lan" } }',
    says: [
      '1:9: mqtt.listen: belongs to the embedded broker, and connect uses another; keep one of the two',
      '1:37: warning: mqtt.connect.url: codes from keypads and panel/set can be read on that broker; guard it like this hub',
    ],
  },
  {
    name: 'a user twice',
    yaml: [
      'mqtt:',
      '  users:',
      '    - { name: a, password: !secret password, publish: [z/#] }',
      '    - { name: a, password: !secret password, publish: [y/#] }',
    ].join('\n'),
    says: ['4:15: mqtt.users[1].name: "a" is taken by mqtt.users[0]; choose another name'],
  },
  {
    name: 'a user called anonymous',
    yaml: 'mqtt: { users: [{ name: anonymous, password: !secret password, publish: [z/#] }] }',
    says: ['1:25: mqtt.users[0].name: "anonymous" stands for clients without a name; choose another name'],
  },
  {
    name: 'no users in the list',
    yaml: 'mqtt: { users: [] }',
    says: ['1:16: mqtt.users: is an empty list; fill it or remove the key'],
  },
  {
    name: 'a user who may do nothing',
    yaml: 'mqtt: { users: [{ name: a, password: !secret password }] }',
    says: [
      '1:17: warning: mqtt.users[0]: may neither publish nor subscribe; give it lists of topic filters, or remove it',
    ],
  },
  {
    name: 'a filter that is none',
    yaml: 'mqtt: { users: [{ name: a, password: !secret password, publish: [z/#/set], subscribe: [a+] }] }',
    says: [
      '1:66: mqtt.users[0].publish[0]: is not a topic filter; "+" stands alone between slashes, "#" alone at the end',
      '1:88: mqtt.users[0].subscribe[0]: is not a topic filter; "+" stands alone between slashes, "#" alone at the end',
    ],
  },
  {
    name: 'a user who speaks for the hub',
    yaml: 'mqtt: { users: [{ name: a, password: !secret password, publish: ["lantern/#", lantern/hub-7f3a/panel/set, lantern/other/panel/set] }] }',
    says: [
      '1:66: mqtt.users[0].publish[0]: only the hub publishes there; a user may be given lantern/hub-7f3a/panel/set',
      '1:107: mqtt.users[0].publish[2]: only the hub publishes there; a user may be given lantern/hub-7f3a/panel/set',
    ],
  },
  {
    name: 'a user who speaks for everyone',
    yaml: 'mqtt: { users: [{ name: a, password: !secret password, publish: ["#", "+/set"], subscribe: ["#"] }] }',
    says: [
      '1:66: warning: mqtt.users[0].publish[0]: lets this user speak for any device; name the topics of its own devices',
      '1:71: warning: mqtt.users[0].publish[1]: lets this user speak for any device; name the topics of its own devices',
      '1:93: warning: mqtt.users[0].subscribe[0]: takes in everything, and one slow reader holds up the others; name the topics it needs',
    ],
  },
  {
    name: 'a device nobody may speak for',
    yaml: [
      'devices: [{ id: a, profile: zigbee2mqtt, topic: zigbee2mqtt/a }]',
      'mqtt: { users: [{ name: a, password: !secret password, publish: ["zigbee/#"] }] }',
    ].join('\n'),
    says: [
      '1:49: warning: devices[0].topic: no user in mqtt.users may publish here, so the device is never heard; add it to a publish list',
    ],
  },
  {
    name: 'a device one level below what anyone may speak for',
    yaml: 'devices: [{ id: a, profile: zigbee2mqtt, topic: z/a/b }]\nmqtt: { users: [{ name: a, password: !secret password, publish: [z/+] }] }',
    says: [
      '1:49: warning: devices[0].topic: no user in mqtt.users may publish here, so the device is never heard; add it to a publish list',
    ],
  },
  {
    name: 'a short password',
    yaml: 'mqtt: { users: [{ name: a, password: secret, publish: [z/#] }] }',
    says: [
      '1:38: warning: mqtt.users[0].password: the secret stands in this file; write !secret NAME and keep the value in secrets.yaml',
      '1:38: warning: mqtt.users[0].password: is shorter than 8 characters; make a longer one',
    ],
  },
  {
    name: 'another broker in the clear',
    yaml: 'mqtt: { connect: { url: "mqtt://broker.lan" } }',
    says: [
      '1:25: warning: mqtt.connect.url: codes from keypads and panel/set can be read on that broker; guard it like this hub',
      '1:25: warning: mqtt.connect.url: passwords and codes cross the network in the clear; write mqtts://',
    ],
  },
  {
    name: 'another broker on this machine',
    yaml: 'mqtt: { connect: { url: "mqtt://127.0.0.1:1884" } }',
    says: [
      '1:25: warning: mqtt.connect.url: codes from keypads and panel/set can be read on that broker; guard it like this hub',
    ],
  },
  {
    name: 'a broker over websockets',
    yaml: 'mqtt: { connect: { url: "ws://broker.lan" } }',
    says: ['1:25: mqtt.connect.url: is not the URL of a broker; write mqtts://HOST:8883, or mqtt://HOST:1883'],
  },
  {
    name: 'a broker with its password in the URL',
    yaml: 'mqtt: { connect: { url: "mqtts://a:b@broker.lan" } }',
    says: ['1:25: mqtt.connect.url: holds a user or password; put them into username and password'],
  },
  {
    name: 'a broker with a path',
    yaml: 'mqtt: { connect: { url: "mqtts://broker.lan/mqtt" } }',
    says: ['1:25: mqtt.connect.url: has something after the port; write mqtts://HOST:8883'],
  },
  {
    name: 'a certificate without its key',
    yaml: 'mqtt: { connect: { url: "mqtts://broker.lan", cert: token } }',
    says: [
      '1:25: warning: mqtt.connect.url: codes from keypads and panel/set can be read on that broker; guard it like this hub',
      '1:47: mqtt.connect.cert: a client certificate needs both; add key',
    ],
  },
  {
    name: 'a CA that is not there',
    yaml: 'mqtt: { connect: { url: "mqtts://broker.lan", ca: ca.pem } }',
    says: [
      '1:25: warning: mqtt.connect.url: codes from keypads and panel/set can be read on that broker; guard it like this hub',
      '1:51: mqtt.connect.ca: "ca.pem" cannot be read; check the path and its rights',
    ],
  },
  {
    name: 'certificates without TLS',
    yaml: 'mqtt: { connect: { url: "mqtt://127.0.0.1", ca: token } }',
    says: ['1:25: mqtt.connect.url: ca, cert and key need TLS; write mqtts://'],
  },
  {
    name: 'a password without a user',
    yaml: 'mqtt: { connect: { url: "mqtts://broker.lan", password: !secret password } }',
    says: [
      '1:25: warning: mqtt.connect.url: codes from keypads and panel/set can be read on that broker; guard it like this hub',
      '1:47: mqtt.connect.password: means nothing without username; add it',
    ],
  },
  {
    name: 'Home Assistant without its broker',
    yaml: 'homeAssistant: {}',
    says: ['1:1: homeAssistant.url: is missing; write text, in quotes if it looks like a number'],
  },
  {
    name: 'a broker of Home Assistant that is none',
    yaml: 'homeAssistant: { url: "http://ha.lan:8123" }',
    says: ['1:23: homeAssistant.url: is not the URL of a broker; write mqtts://HOST:8883, or mqtt://HOST:1883'],
  },
  {
    name: 'codes on the way to Home Assistant in the clear',
    yaml: 'homeAssistant: { url: "mqtt://ha.lan" }',
    says: ['1:23: warning: homeAssistant.url: passwords and codes cross the network in the clear; write mqtts://'],
  },
  {
    name: 'Home Assistant on this machine',
    yaml: 'homeAssistant: { url: "mqtt://127.0.0.1:1884" }',
    says: [],
  },
  {
    name: 'Home Assistant on the broker of the hub',
    yaml: 'homeAssistant: { url: "mqtt://localhost" }',
    says: [
      "1:23: homeAssistant.url: is the hub's own broker, which speaks no MQTT 5; give the one that Home Assistant uses",
    ],
  },
  {
    name: 'Home Assistant on the broker of the hub, by its port',
    yaml: 'mqtt: { listen: { port: 1900 } }\nhomeAssistant: { url: "mqtt://[::1]:1900" }',
    says: [
      "2:23: homeAssistant.url: is the hub's own broker, which speaks no MQTT 5; give the one that Home Assistant uses",
    ],
  },
  {
    name: 'Home Assistant with a password without a user',
    yaml: 'homeAssistant: { url: "mqtts://ha.lan", password: !secret password }',
    says: ['1:41: homeAssistant.password: means nothing without username; add it'],
  },
  {
    name: "Home Assistant's password in the file",
    yaml: 'homeAssistant: { url: "mqtts://ha.lan", username: hub, password: "a long password" }',
    says: [
      '1:66: warning: homeAssistant.password: the secret stands in this file; write !secret NAME and keep the value in secrets.yaml',
    ],
  },
  {
    name: "an authority for Home Assistant's broker that is not there",
    yaml: 'homeAssistant: { url: "mqtts://ha.lan", ca: ca.pem }',
    says: ['1:45: homeAssistant.ca: "ca.pem" cannot be read; check the path and its rights'],
  },
  {
    name: 'an authority without TLS',
    yaml: 'homeAssistant: { url: "mqtt://127.0.0.1:1884", ca: token }',
    says: ['1:23: homeAssistant.url: ca, cert and key need TLS; write mqtts://'],
  },
  {
    name: 'a discovery prefix with a wildcard',
    yaml: 'homeAssistant: { url: "mqtts://ha.lan", prefix: home/# }',
    says: [
      '1:49: homeAssistant.prefix: "home/#" is not a discovery prefix; use the one of Home Assistant, as in homeassistant',
    ],
  },
  {
    name: "the hub's topics as discovery prefix",
    yaml: 'homeAssistant: { url: "mqtts://ha.lan", prefix: lantern/ha }',
    says: ['1:49: homeAssistant.prefix: begins with lantern, where only the hub speaks; use the one of Home Assistant'],
  },
  {
    name: 'disarming by Home Assistant',
    yaml: 'homeAssistant: { url: "mqtts://ha.lan", allowDisarm: true }',
    says: [
      '1:54: warning: homeAssistant.allowDisarm: codes that disarm can then be read on that broker; guard it like this hub',
    ],
  },
  {
    name: 'a page on the network',
    yaml: 'web: { host: 0.0.0.0 }',
    says: [
      '1:14: web.host: beyond loopback codes would cross the network in the clear; add tls: self, or use 127.0.0.1',
    ],
  },
  {
    name: 'an evidence key cut short',
    yaml: 'evidence: { publicKey: age1rrs4kedzc6sxmnszv35gqnhxkhezehgjm9wqq6dvx7ke58ewfs8qyq49a }',
    says: ['1:24: evidence.publicKey: is not an age recipient; it is age1 and 58 more characters, copy it whole'],
  },
  {
    name: 'an evidence key with one letter wrong',
    yaml: 'evidence: { publicKey: age1rrs4kedzc6sxmnszv35gqnhxkhezehgjm9wqq6dvx7ke58ewfs8qyq49a4 }',
    says: ['1:24: evidence.publicKey: is not an age recipient; it is age1 and 58 more characters, copy it whole'],
  },
  {
    name: 'an evidence key that no age would take, its checksum right',
    yaml: 'evidence: { publicKey: age1rrs4kedzc6sxmnszv35gqnhxkhezehgjm9wqq6dvx7ke58ewfs8pekpsqr }',
    says: ['1:24: evidence.publicKey: is not an age recipient; it is age1 and 58 more characters, copy it whole'],
  },
  {
    name: 'the private half as evidence key',
    yaml: 'evidence: { publicKey: AGE-SECRET-KEY-1QQQ }',
    says: [
      '1:24: evidence.publicKey: is the private half, which must not be on the hub; give the public one (age1…) and make a new pair',
    ],
  },
];

describe('what is said of a wrong config', () => {
  for (const { name, yaml = '', whole = completed(yaml), beside = {}, says } of refusals) {
    it(name, () => {
      expect(complaints(whole, beside)).toEqual(says);
    });
  }
});
