// What one family of modems needs that another does not. Data, picked by what the modem says of itself.

export interface Quirks {
  readonly name: string;
  /** Matched against maker and model, as `AT+CGMI` and `AT+CGMM` have them. */
  readonly matches: RegExp;
  /** Sent once after each start; a refusal is no trouble. */
  readonly init: readonly string[];
  /** Where texts are kept. A SIM takes some 20; what is kept in the modem does not move with the SIM. */
  readonly storage: 'SM' | 'ME';
  /** How reports and news of texts are asked for, the first that the modem takes: straight reports, else stored ones, else none. */
  readonly news: readonly string[];
  /** How to ask for the tries left of the PIN, the first that is answered. */
  readonly triesLeft: readonly ('cpinr' | 'spic' | 'qpinc')[];
  /** What ends a call, the first that is taken. */
  readonly hangUp: readonly string[];
  /** How long a restart (`AT+CFUN=1,1`) takes until it answers again. */
  readonly restartMs: number;
}

const NEWS = ['AT+CNMI=2,1,0,1,0', 'AT+CNMI=1,1,0,1,0', 'AT+CNMI=2,1,0,2,0', 'AT+CNMI=2,1,0,0,0', 'AT+CNMI=2,1'];

const generic: Quirks = {
  name: 'generic',
  matches: /^/,
  init: [],
  storage: 'SM',
  news: NEWS,
  triesLeft: ['cpinr', 'spic', 'qpinc'],
  hangUp: ['ATH', 'AT+CHUP'],
  restartMs: 30_000,
};

const QUIRKS: readonly Quirks[] = [
  {
    ...generic,
    name: 'SIM7600',
    matches: /SIM7[056]\d\d|\bA76\d\d/i,
    // Without CVHU=0, ATH leaves a voice call standing. USB news must come on the port that the commands use.
    init: ['AT+CVHU=0', 'AT+CSCLK=0', 'AT+CATR=0'],
    triesLeft: ['spic', 'cpinr'],
    hangUp: ['AT+CHUP', 'ATH'],
    restartMs: 40_000,
  },
  {
    ...generic,
    name: 'SIM800',
    matches: /SIM[89]\d\d/i,
    // It drops the first bytes after a sleep, and writes the time it hears from the network between answers.
    init: ['AT+CSCLK=0', 'AT+CLTS=0', 'AT+CIURC=0'],
    triesLeft: ['spic'],
    hangUp: ['ATH'],
    restartMs: 20_000,
  },
  {
    ...generic,
    name: 'Quectel',
    matches: /Quectel|\b(?:EC|EG|BG|UC|M)\d\d/i,
    init: ['AT+QSCLK=0', 'AT+QURCCFG="urcport","all"'],
    storage: 'ME',
    triesLeft: ['qpinc', 'cpinr'],
  },
  {
    ...generic,
    name: 'Huawei',
    matches: /huawei|\b(?:E|ME|MS)\d{3}/i,
    // Its signal reports come every few seconds and say nothing that is not asked for anyway.
    init: ['AT^CURC=0'],
    hangUp: ['AT+CHUP', 'ATH'],
  },
];

/** The first that matches; a modem nobody has described is asked for what the standard has. */
export const quirksOf = (maker: string, model: string): Quirks =>
  QUIRKS.find(({ matches }) => matches.test(`${maker} ${model}`)) ?? generic;

export const GENERIC: Quirks = generic;
