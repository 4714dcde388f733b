import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePdu, encodeSubmit, MAX_PARTS, type Outgoing, type Pdu } from '../../../src/link/modem/pdu.ts';
import * as far from './far-pdu.ts';

const at = (iso: string): number => Date.parse(iso);

function decoded(hex: string): Pdu {
  const result = decodePdu(hex);
  if (!result.ok) throw new Error(result.why);
  return result.pdu;
}

// Published examples: dreamfabric.com/sms, the Diafaan and developersHome tutorials, the test suites of python-messaging
// and python-gsmmodem, pduspy.

const IN: readonly [string, string, object][] = [
  [
    'hellohello',
    '07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37',
    { from: '27838890001', body: 'hellohello' },
  ],
  [
    'how are you',
    '07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07',
    { from: '+31641600986', body: 'How are you?', at: at('2002-08-26T19:37:41Z') },
  ],
  [
    'a name as sender',
    '0791448720003023240DD0E474D81C0EBB010000111011315214000BE474D81C0EBB5DE3771B',
    { from: 'diafaan', body: 'diafaan.com', at: at('2011-01-11T13:25:41Z') },
  ],
  [
    'a name of even length',
    '07919333852804000412D0F7FBDD454FB75D693A0000903002801153402BCD301E9F0605D9E971191483C140412A35690D52832063D2F9040599A058EE05A3BD6430580E',
    { from: 'www.tim.it', body: 'Maxxi Alice 100 ATTIVATA FINO AL 19/04/2009' },
  ],
  [
    'a name of odd length',
    '07919471060040340409D0C6A733390400009060920173018093CC74595C96838C4F6772085AD6DDE4320B444E9741D4B03C6D7EC3E9E9B71B9474D3CB727799DEA286CFE5B9991DA6CBC3F432E85E9793CBA0F09A9EB6A7CB72BA0B9474D3CB727799DE72D6E9FABAFB0CBAA7E56490BA4CD7D34170F91BE4ACD3F575F7794E0F9F4161F1B92C2F8FD1EE32DD054AA2E520E3D3991C82A8E5701B',
    {
      from: 'FONIC',
      body: 'Lieber FONIC Kunde, die Tarifoption Internet-Tagesflatrate wurde aktiviert. Internet-Nutzung wird jetzt pro Nutzungstag abgerechnet. Ihr FONIC Team',
    },
  ],
  [
    'UCS-2',
    '07914306073011F0040B914316709807F2000880604290224080084E2D5174901A8BAF',
    { from: '+34610789702', body: '中兴通讯', alphabet: 'ucs2' },
  ],
  [
    'UCS-2 of a name',
    '000410D04162D0190409994400086290517181004024004B006100720067006F006E0075007A00200079006F006C006400610020011F00FC015F',
    { from: 'ADANA BLD' },
  ],
  [
    'an hour east of Greenwich',
    '0791447758100650040C914497716247010000909010711423400A2050EC468B81C4733A',
    { from: '+447917267410', body: '  1741 bst', at: at('2009-09-01T16:41:32Z') },
  ],
  [
    'three hours west of Greenwich',
    '0791553001000001040491578800000190115101112979CF340B342F9FEBE536E83D0791C3E4F71C440E83E6F53068FE66A7C7697A781C7EBB4050F99BFE1EBFD96F1D48068BC16030182E66ABD560B41988FC06D1D3F03768FA66A7C7697A781C7E83CCEF34282C2ECBE96F50B90D8AC55EB0DC4B068BC140B1994E16D3D1622E',
    { at: at('2010-09-11T18:10:11Z') },
  ],
  [
    'Cyrillic',
    '07919712690080F8040B919712890064F9000852202121933321240' +
      '41F0440043E04320435044' +
      '0043A0430002004410432044F043704380020004D00490058',
    { from: '+79219800469', body: 'Проверка связи MIX' },
  ],
  [
    'a report',
    '0006D60B911326880736F4111011719551401110117195714000',
    { kind: 'report', ref: 0xd6, to: '+31628870634', status: 0 },
  ],
  [
    'a report behind a service centre',
    '07914306073011F006270B913426565711F7012081111345400120811174054043',
    { kind: 'report', ref: 0x27, to: '+43626575117', status: 0x43, at: at('2010-02-18T10:31:54Z') },
  ],
  [
    'a report of a national number',
    '07914356060013F10659098136395339F62190117071938021901170719380' + '30',
    { kind: 'report', ref: 0x59, to: '639335936', status: 0x30 },
  ],
  [
    'a submit in latin letters',
    '0001000B914356143254F6000009C2AD341104EDFB00',
    { kind: 'submit', to: '+34654123456', body: 'BÄRÇA äñ@', validSeconds: null },
  ],
  [
    'a submit with a report',
    '0021000B914356143254F6000006E8721E947F03',
    { kind: 'submit', body: 'hey yo', wantsReport: true },
  ],
  ['a submit of class 1', '0001000B914356143254F6001106E8721E947F03', { body: 'hey yo', alphabet: 'gsm7' }],
  [
    'a submit with an absolute validity',
    '0019000B914316565811F900000170520251930004E8373B0C',
    { to: '+34616585119', body: 'hola', validSeconds: null },
  ],
  [
    'a submit of eight bits',
    '07914400000000F001000B811000000000F000040B48692074686572652E2E2E',
    { to: '01000000000', alphabet: 'data', body: '' },
  ],
  [
    'a submit behind a service centre',
    '07915892000000F001000B915892214365F7000021493A283D0795C3F33C88FE06CDCB6E32885EC6D341EDF27C1E3E97E72E',
    { to: '+85291234567', body: 'It is easy to send text messages.' },
  ],
];

describe('published examples are read', () => {
  for (const [name, hex, expected] of IN) it(name, () => expect(decoded(hex)).toMatchObject(expected));
});

const DAYS_4 = 4 * 24 * 3600;
const KINGS =
  "Or walk with Kings - nor lose the common touch, if neither foes nor loving friends can hurt you, If all men count with you, but none too much; If you can fill the unforgiving minute With sixty seconds' worth of distance run, Yours is the Earth and everything thats in it, And - which is more - you will be a Man, my son";

/** As published, without the service centre that some name, and with the report asked for that few do. */
const OUT: readonly [string, Omit<Outgoing, 'refBits'>, readonly string[]][] = [
  [
    'hellohello',
    { to: '+46708251358', body: 'hellohello', validSeconds: DAYS_4, ref: 0 },
    ['0011000B916407281553F80000AA0AE8329BFD4697D9EC37'],
  ],
  [
    'hola',
    { to: '+34616585119', body: 'hola', validSeconds: DAYS_4, ref: 0 },
    ['0011000B914316565811F90000AA04E8373B0C'],
  ],
  [
    'latin letters',
    { to: '+34654123456', body: 'Hölä', validSeconds: DAYS_4, ref: 0 },
    ['0011000B914356143254F60000AA04483E7B0F'],
  ],
  [
    'UCS-2 to a national number',
    { to: '655345678', body: 'Русский', validSeconds: DAYS_4, ref: 0 },
    ['001100098156355476F80008AA0E0420044304410441043A04380439'],
  ],
  [
    'five minutes',
    { to: '+79219800469', body: 'Test IoT', validSeconds: 300, ref: 0 },
    ['0011000B919712890064F900000008D4F29C0E4ABEA9'],
  ],
  [
    'Cyrillic',
    { to: '+79219800469', body: 'Проверка русского IoT', validSeconds: 300, ref: 0 },
    [
      '0011000B919712890064F90008002A041F0440043E043204350440043A043000200440044304410441043A043E0433043E00200049006F0054',
    ],
  ],
  [
    'three parts',
    { to: '655345678', body: KINGS, validSeconds: DAYS_4, ref: 136 },
    [
      '005100098156355476F80000AAA00500038803019E72D03DCC5E83EE693A1AB44CBBCF73500BE47ECB41ECF7BC0CA2A3CBA0F1BBDD7EBB41F4777D8C6681D26690BB9CA6A3CB7290F95D9E83DC6F3988FDB6A7DD6790599E2EBBC973D038EC06A1EB723A28FFAEB340493328CC6683DA653768FCAEBBE9A07B9A8E06E5DF7516485CA783DC6F7719447FBF41EDFA18BD0325CDA0FCBB0E1A87DD',
      '005100098156355476F80000AAA005000388030240E6349B0DA2A3CBA0BADBFC969FD3F6B4FB0C6AA7DD757A19744DD3D1A0791A4FCF83E6E5F1DB4D9E9F40F7B79C8E06BDCD20727A4E0FBBC76590BCEE6681B2EFBA7C0E4ACF41747419540CCBE96850D84D0695ED65799E8E4EBBCF203A3A4C9F83D26E509ACE0205DD64500B7447A7C768507A0E6ABFE565500B947FD741F7349B0D129741',
      '005100098156355476F80000AA14050003880303C2A066D8CD02B5F3A0F9DB0D',
    ],
  ],
];

const withReport = (hex: string): string =>
  `${hex.slice(0, 2)}${(Number.parseInt(hex.slice(2, 4), 16) | 0x20).toString(16).toUpperCase()}${hex.slice(4)}`;

describe('published examples are written', () => {
  for (const [name, text, expected] of OUT) {
    it(name, () => {
      const encoded = encodeSubmit({ ...text, refBits: 8 });
      expect(encoded.ok && encoded.parts.map(({ hex }) => hex)).toEqual(expected.map(withReport));
      expect(encoded.ok && encoded.parts.map(({ length }) => length)).toEqual(
        expected.map((hex) => hex.length / 2 - 1),
      );
    });
    it(`${name}, and read again`, () => {
      const bodies = expected.map((hex) => decoded(hex)).map((pdu) => (pdu.kind === 'report' ? '' : pdu.body));
      expect(bodies.join('')).toBe(text.body);
    });
  }
});

describe('addresses, as published', () => {
  const rows: readonly [string, string][] = [
    ['0A918967452301', '+9876543210'],
    ['099189674523F1', '+987654321'],
    ['0B917228195339F4', '+27829135934'],
    ['06D061F118', 'abc'],
    ['0ED04669D0397C26A7', 'FRANCOIS'],
    ['14D0E10D6FE3DBA036A94D19', 'a[]{}€'],
    ['0AA11092997856', '0129998765'],
    ['05852122F0', '12220'],
  ];
  for (const [hex, from] of rows) {
    it(from, () => expect(decoded(`0004${hex}0000208062917314080161`)).toMatchObject({ from, body: 'a' }));
  }
});

describe('time stamps, as published', () => {
  const rows: readonly [string, string | null][] = [
    ['51117200000000', '2015-11-27T00:00:00Z'],
    ['51117200000080', '2015-11-26T22:00:00Z'],
    ['70402132522423', '2007-04-12T15:25:42Z'],
    ['7040213252242B', '2007-04-13T07:25:42Z'],
    ['00000000000000', null],
    ['FFFFFFFFFFFFFF', null],
    ['21312000000000', null],
  ];
  for (const [hex, iso] of rows) {
    it(hex, () =>
      expect(decoded(`00040A9189674523010000${hex}0161`)).toMatchObject({ at: iso === null ? null : at(iso) }),
    );
  }
});

describe('validity, as published', () => {
  const rows: readonly [number, number][] = [
    [1, 0],
    [5 * 60, 0],
    [6 * 60, 0],
    [10 * 60, 1],
    [30 * 60, 5],
    [12 * 3600, 143],
    [13 * 3600, 145],
    [16 * 3600, 151],
    [24 * 3600, 167],
    [2 * 86_400, 168],
    [3 * 86_400, 169],
    [30 * 86_400, 196],
    [34 * 86_400, 196],
    [35 * 86_400, 197],
    [63 * 7 * 86_400, 255],
    [10_000 * 86_400, 255],
  ];
  for (const [validSeconds, code] of rows) {
    it(`${validSeconds} s is ${code}`, () => {
      const encoded = encodeSubmit({ to: '+441', body: '', validSeconds, ref: 0, refBits: 8 });
      const [part] = encoded.ok ? encoded.parts : [];
      expect(far.readSubmit(part?.hex ?? '').validity).toBe(code);
    });
  }
});

describe('headers', () => {
  const piece = (head: string, body = '61'): string => `00440A918967452301000451117200000000${far8(head, body)}`;
  const far8 = (head: string, body: string): string =>
    `${((head.length + body.length) / 2).toString(16).padStart(2, '0')}${head}${body}`;
  const rows: readonly [string, string, object | null][] = [
    ['8 bits', '0500031703' + '01', { ref: 23, bits: 8, total: 3, seq: 1 }],
    ['16 bits', '060804018004' + '02', { ref: 384, bits: 16, total: 4, seq: 2 }],
    ['behind ports', '0B050404D21466' + '0003170302', { ref: 23, bits: 8, total: 3, seq: 2 }],
    ['ports alone', '06050404D21466', null],
    ['no part of any', '0500031703' + '00', null],
    ['one part too many', '0500031703' + '04', null],
    ['of none', '0500031700' + '00', null],
    ['cut short', '03000317', null],
  ];
  for (const [name, head, concat] of rows) {
    it(name, () => expect(decoded(piece(head))).toMatchObject({ concat }));
  }
  it('longer than the text: refused', () => {
    expect(decodePdu('00440A91896745230100045111720000000003FF0003')).toMatchObject({ ok: false });
  });
});

describe('alphabets by their coding', () => {
  const rows: readonly [string, string][] = [
    ['00', 'gsm7'],
    ['04', 'data'],
    ['08', 'ucs2'],
    ['0C', 'gsm7'],
    ['10', 'gsm7'],
    ['18', 'ucs2'],
    ['20', 'data'],
    ['48', 'ucs2'],
    ['80', 'gsm7'],
    ['C0', 'gsm7'],
    ['D0', 'gsm7'],
    ['E0', 'ucs2'],
    ['F0', 'gsm7'],
    ['F4', 'data'],
  ];
  for (const [coding, alphabet] of rows) {
    it(coding, () => expect(decoded(`00040A91896745230100${coding}51117200000000020061`)).toMatchObject({ alphabet }));
  }
});

const gsm = fc.string({
  unit: fc.constantFrom(
    ...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCÄÖÑÜ§¿xyzäöñüà\f^{}\\[~]|€',
  ),
  maxLength: 500,
  size: 'max',
});
const anything = fc.oneof(gsm, fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }));
const numbers = fc.stringMatching(/^\+?[0-9]{3,15}$/);
const refs = fc.integer({ min: 0, max: 255 });

describe('there and back', () => {
  it('what is written is read, by us and by the other way of reading', () => {
    fc.assert(
      fc.property(numbers, anything, refs, fc.constantFrom<8 | 16>(8, 16), (to, body, ref, refBits) => {
        const encoded = encodeSubmit({ to, body, validSeconds: 600, ref, refBits });
        fc.pre(encoded.ok);
        if (!encoded.ok) return;
        const ours = encoded.parts.map(({ hex }) => decoded(hex));
        const theirs = encoded.parts.map(({ hex }) => far.readSubmit(hex));
        expect(ours.map((one) => (one.kind === 'submit' ? one.body : '')).join('')).toBe(body);
        expect(theirs.map((one) => one.body).join('')).toBe(body);
        for (const [index, one] of theirs.entries()) {
          expect(one.to).toBe(to);
          const seq = index + 1;
          expect(one.piece).toEqual(theirs.length === 1 ? null : { ref, bits: refBits, total: theirs.length, seq });
          // Nothing is longer than the network takes, and no half of a character stands alone.
          expect(one.body.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it('no part is longer than 140 bytes', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom<8 | 16>(8, 16), (body, refBits) => {
        const encoded = encodeSubmit({ to: '+447700900123', body, validSeconds: 600, ref: 1, refBits });
        if (!encoded.ok) return;
        expect(encoded.parts.length).toBeLessThanOrEqual(MAX_PARTS);
        for (const { length } of encoded.parts) expect(length).toBeLessThanOrEqual(140 + 14);
      }),
    );
  });

  it('what the network writes is read', () => {
    const short = fc.oneof(
      gsm.filter((text) => text.length <= 70),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    );
    fc.assert(
      fc.property(numbers, short, refs, fc.constantFrom<8 | 16>(8, 16), (from, body, ref, bits) => {
        const when = new Date('2026-11-21T20:29:00Z');
        const piece = { ref, bits, total: 3, seq: 2 };
        expect(decoded(far.deliver(from, body, when))).toMatchObject({ from, body, at: when.getTime(), concat: null });
        expect(decoded(far.deliver(from, body, when, piece))).toMatchObject({ from, body, concat: piece });
        expect(decoded(far.statusReport(ref, from, 0, when))).toMatchObject({ ref, to: from, status: 0 });
      }),
    );
  });
});

describe('garbage', () => {
  it('is refused, never thrown at', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodePdu(text)));
    fc.assert(fc.property(fc.stringMatching(/^[0-9A-F]{0,400}$/), (text) => void decodePdu(text)));
  });

  for (const [name, hex] of [...IN.map(([name, hex]) => [name, hex] as const)]) {
    it(`${name}, cut anywhere, is refused`, () => {
      for (let length = 0; length < hex.length; length += 1) expect(decodePdu(hex.slice(0, length)).ok).toBe(false);
    });
  }

  const numbersThatAreNone = ['', '+', 'AT', '+44 7700', '447700900123456789012', '12\r\nAT+CFUN=0'];
  for (const to of numbersThatAreNone) {
    it(`${JSON.stringify(to)} is no number`, () => {
      expect(encodeSubmit({ to, body: 'x', validSeconds: 600, ref: 0, refBits: 8 }).ok).toBe(false);
    });
  }

  it('as many parts as allowed, and one more', () => {
    const of = (count: number): boolean =>
      encodeSubmit({ to: '+441', body: 'x'.repeat(153 * count), validSeconds: 1, ref: 0, refBits: 8 }).ok;
    expect([of(MAX_PARTS), of(MAX_PARTS + 1)]).toEqual([true, false]);
  });
});
