import { deliver, lengthOf, type Piece, readSubmit, type Submitted, statusReport } from './far-pdu.ts';
import { openPty } from './pty.ts';

// A GSM modem on a pseudo-terminal, after TS 27.007 and 27.005, that can be told to misbehave.

/** What it does wrong, once, at the next command that matches. */
export type Act =
  /** Does it and says nothing. */
  | { readonly do: 'lose-answer' }
  /** Does not do it and says nothing. */
  | { readonly do: 'ignore' }
  /** Says this instead. */
  | { readonly do: 'answer'; readonly text: string }
  /** Says this first, as something of its own. */
  | { readonly do: 'interrupt'; readonly text: string }
  /** Takes its time. */
  | { readonly do: 'wait'; readonly ms: number }
  /** From now on it answers to nothing but what brings it back. */
  | { readonly do: 'hang'; readonly until: Cure };

export type Cure = 'escape' | 'reset' | 'reopen' | 'restart' | 'nothing';

export interface SimulatorOptions {
  readonly maker?: string;
  readonly model?: string;
  /** Null: the SIM has no PIN switched on. */
  readonly pin?: string | null;
  readonly tries?: number;
  /** Which command tells the tries left; none of them: it does not say. */
  readonly tellsTries?: 'AT+CPINR' | 'AT+SPIC' | 'AT+QPINC="SC"' | null;
  readonly sim?: 'in' | 'missing' | 'puk';
  /** How delivery reports come. */
  readonly reports?: 'straight' | 'stored' | 'none';
  readonly places?: number;
  /** The memories for texts it has. */
  readonly memories?: readonly string[];
  /** What a far phone does when it is rung. */
  readonly phone?: 'rings' | 'answers' | 'busy' | 'unreachable' | 'no-clcc';
  /** Ids are counted from here. */
  readonly firstRef?: number;
  /** Later, for what it does in its own time; at once where nobody gives it a clock. */
  readonly after?: (ms: number, run: () => void) => void;
  readonly now?: () => Date;
}

export interface FarText extends Omit<Submitted, 'piece' | 'validity'> {
  readonly refs: readonly number[];
  readonly validity: number | null;
}

export interface Simulator {
  readonly path: string;
  /** Every whole command line it got, in order. */
  readonly heard: readonly string[];
  readonly calls: readonly string[];
  /** Whole texts that left, long ones put together. */
  sent(): readonly FarText[];
  script(command: RegExp, ...acts: readonly Act[]): void;
  /** A text comes in; returns it as it lies in the memory, or null when that is full. */
  receive(from: string, body: string, piece?: Piece): string | null;
  /** A text comes in that it does not keep. */
  receiveStraight(from: string, body: string): string;
  /** A raw record in the memory, as a SIM may hold it. */
  store(hex: string): void;
  /** The next texts get no report until this is called. */
  holdReports(): void;
  releaseReports(status?: number): void;
  say(text: string): void;
  set(change: Partial<Mutable>): void;
  stored(): number;
  triesLeft(): number;
  /** It loses its power for a moment, and says nothing of it. */
  falter(): void;
  /** The port was opened anew. */
  reopened(): void;
  release(): void;
  /** Bytes read and written, for whoever has to know that all is quiet. */
  onRead(count: (bytes: number) => void): void;
  onWrite(count: (bytes: number) => void): void;
  close(): void;
}

interface Mutable {
  registration: number;
  packet: number;
  signal: number;
  operator: string;
  sim: 'in' | 'missing' | 'puk';
  phone: NonNullable<SimulatorOptions['phone']>;
  failSends: number | null;
  mode: 'pdu' | 'text';
}

interface Stored {
  readonly hex: string;
  /** As text mode shows it. */
  readonly from: string;
  readonly body: string;
  read: boolean;
}

/** Where it is, as it says with `AT+CREG=2`. */
const PLACE = ',"1A2B","0C3D"';
const CTRL_Z = '\u001a';
const ESCAPE = '\u001b';

export function startSimulator(options: SimulatorOptions = {}): Simulator {
  const now = options.now ?? (() => new Date());
  const after = options.after ?? ((_ms: number, run: () => void) => run());
  const world: Mutable = {
    registration: 1,
    packet: 1,
    signal: 21,
    operator: 'Far Net',
    sim: options.sim ?? 'in',
    phone: options.phone ?? 'rings',
    failSends: null,
    mode: 'pdu',
  };
  const pin = options.pin ?? null;
  const tellsTries = options.tellsTries === undefined ? 'AT+SPIC' : options.tellsTries;
  const places: (Stored | null)[] = Array.from({ length: options.places ?? 20 }, () => null);
  const reportPlaces: Stored[] = [];
  const heard: string[] = [];
  const calls: string[] = [];
  const parts: (Submitted & { readonly ref: number })[] = [];
  const scripts: { readonly command: RegExp; readonly act: Act }[] = [];
  const reportsHeld: (() => void)[] = [];
  let holding = false;
  let tries = options.tries ?? 3;
  let open = pin === null;
  let nextRef = options.firstRef ?? 0;
  let echo = true;
  let errors = 0;
  let news: readonly number[] = [0, 0, 0, 0, 0];
  /** How much the modem says of a new network. */
  let told = 0;
  const memories = [...(options.memories ?? ['SM', 'ME']), 'SR'];
  let memory = memories[0] ?? 'SM';
  let input = '';
  let writing: { readonly length: number | null; readonly to: string } | null = null;
  let hanging: Cure | null = null;
  let call: 'dialling' | 'ringing' | 'answered' | null = null;
  let countRead = (_bytes: number): void => {};
  let countWrite = (_bytes: number): void => {};

  const pty = openPty((bytes) => {
    countRead(bytes.length);
    for (const char of bytes.toString('latin1')) key(char);
  });
  const raw = (text: string): void => {
    countWrite(Buffer.byteLength(text, 'latin1'));
    pty.write(text);
  };
  const line = (text: string): void => raw(`\r\n${text}\r\n`);

  // ---- what comes in -----------------------------------------------------------------------------------------------------

  function key(char: string): void {
    if (hanging === 'escape' && char === ESCAPE) hanging = null;
    if (writing !== null) {
      if (char === CTRL_Z) {
        submit();
        return;
      }
      if (char === ESCAPE) {
        writing = null;
        input = '';
        line('OK');
        return;
      }
      input += char;
      if (echo && hanging === null) raw(char);
      return;
    }
    if (echo && hanging === null && char !== ESCAPE) raw(char);
    if (char === '\r') {
      const text = input.trim();
      input = '';
      if (text !== '') command(text);
    } else if (char === '\b') {
      input = input.slice(0, -1);
    } else if (char !== '\n' && char !== ESCAPE) {
      input += char;
    }
  }

  function command(text: string): void {
    heard.push(text);
    if (hanging === 'reset' && /^ATZ$/i.test(text)) hanging = null;
    if (hanging === 'restart' && /^AT\+CFUN=1,1$/i.test(text)) hanging = null;
    if (hanging !== null) return;
    const found = scripts.findIndex((one) => one.command.test(text));
    const act = found < 0 ? null : (scripts.splice(found, 1)[0]?.act ?? null);
    if (act === null) {
      obey(text);
      return;
    }
    switch (act.do) {
      case 'ignore':
        return;
      case 'answer':
        line(act.text);
        return;
      case 'interrupt':
        raw(act.text);
        obey(text);
        return;
      case 'wait':
        after(act.ms, () => obey(text));
        return;
      case 'hang':
        hanging = act.until;
        return;
      case 'lose-answer':
        loses = true;
        obey(text);
        return;
    }
  }
  let loses = false;

  const ok = (...lines: readonly string[]): void => {
    for (const one of lines) line(one);
    line('OK');
  };
  const fail = (family: 'CME' | 'CMS', code: number): void =>
    line(errors === 0 && family === 'CME' ? 'ERROR' : `+${family} ERROR: ${code}`);

  function obey(text: string): void {
    const upper = text.toUpperCase();
    const simple = SIMPLE.find(([pattern]) => pattern.test(upper));
    if (simple !== undefined) {
      ok(...simple[1]);
      return;
    }
    const rule = RULES.find(([pattern]) => pattern.test(text));
    if (rule === undefined) {
      fail('CME', 4);
      return;
    }
    rule[1](...(rule[0].exec(text) ?? []).slice(1));
  }

  const locked = (): boolean => world.sim !== 'in' || !open;
  const simError = (family: 'CME' | 'CMS'): void => {
    const [missing, puk, needsPin] = family === 'CME' ? [10, 12, 11] : [310, 316, 311];
    fail(family, world.sim === 'missing' ? missing : world.sim === 'puk' ? puk : needsPin);
  };
  const guarded =
    (family: 'CME' | 'CMS', run: (...args: string[]) => void) =>
    (...args: string[]): void =>
      locked() ? simError(family) : run(...args);

  const SIMPLE: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^AT$|^AT(?:Z|&F|&W|Q0V1|V1|Q0|X\d)$/, []],
    [/^AT\+(?:CLTS|CIURC|CSCLK|CVHU|CATR|COPS=3|CSCS="|CSMP=|CSDH=|CMMS=|CEREG=\d|CLIP=|CFUN=1$|CRC=)(?!.*\?)/, []],
    [/^AT\+CSCS\?$/, ['+CSCS: "GSM"']],
    [/^AT\+CSCS=\?$/, ['+CSCS: ("GSM","IRA")']],
    [/^AT\+CMGF=\?$/, ['+CMGF: (0,1)']],
    [/^AT\+CPMS=\?$/, ['+CPMS: ("SM"),("SM"),("SM")']],
    [/^AT\+CNMI=\?$/, ['+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)']],
    [/^AT\+CSMS=\d$/, ['+CSMS: 1,1,1']],
    [/^AT\+CSMS\?$/, ['+CSMS: 0,1,1,1']],
    [/^AT\+CSCA\?$/, ['+CSCA: "+447700000000",145']],
    [/^AT\+CGATT\?$/, ['+CGATT: 1']],
    [/^AT\+CBC$/, ['+CBC: 0,100']],
    [/^AT\+CGSN$/, ['490154203237518']],
    [/^AT\+CIMI$/, ['001010123456789']],
    [/^AT\+CGMR$/, ['1.0']],
    [/^AT\+(?:CMGR|CMGS|CMGD|CNMA|CREG|CPBS)=\?$/, []],
    [/^ATI$/, ['Far modem']],
  ];

  const RULES: readonly (readonly [RegExp, (...args: string[]) => void])[] = [
    [
      /^ATE([01])$/i,
      (on = '') => {
        echo = on === '1';
        ok();
      },
    ],
    [
      /^AT\+CMEE=([012])$/i,
      (level = '') => {
        errors = Number(level);
        ok();
      },
    ],
    [/^AT\+CGMI$|^AT\+GMI$/i, () => ok(options.maker ?? 'FARMODEMS')],
    [/^AT\+CGMM$|^AT\+GMM$/i, () => ok(options.model ?? 'FM1')],
    [/^AT\+CSQ$/i, () => ok(`+CSQ: ${world.signal},0`)],
    [/^AT\+CESQ$/i, () => ok('+CESQ: 99,99,255,255,20,50')],
    [/^AT\+CPIN\?$/i, askPin],
    [/^AT\+CPIN="(\d+)"$/i, enterPin],
    [/^(AT\+CPINR|AT\+SPIC|AT\+QPINC="SC")$/i, tellTries],
    [/^AT\+CFUN=1,1$/i, restart],
    [/^AT\+CREG\?$/i, () => ok(`+CREG: ${told},${world.registration}${told === 2 ? PLACE : ''}`)],
    [/^AT\+CGREG\?$/i, () => ok(`+CGREG: ${told},${world.packet}${told === 2 ? PLACE : ''}`)],
    [
      /^AT\+CG?REG=(\d)$/i,
      (how = '') => {
        told = Number(how);
        ok();
      },
    ],
    [/^AT\+CEREG\?$/i, () => ok(`+CEREG: 1,${world.packet}`)],
    [/^AT\+COPS\?$/i, () => ok(world.registration === 0 ? '+COPS: 0' : `+COPS: 0,0,"${world.operator}",7`)],
    [
      /^AT\+CMGF=([01])$/i,
      guarded('CMS', (how = '') => {
        world.mode = how === '1' ? 'text' : 'pdu';
        ok();
      }),
    ],
    [/^AT\+CMGF\?$/i, () => ok(`+CMGF: ${world.mode === 'text' ? 1 : 0}`)],
    [
      /^AT\+CNMI=([\d,]+)$/i,
      guarded('CMS', (how = '') => {
        news = how.split(',').map(Number);
        ok();
      }),
    ],
    [/^AT\+CNMI\?$/i, () => ok(`+CNMI: ${news.join(',')}`)],
    [
      /^AT\+CPMS="(\w\w)"/i,
      guarded('CMS', (which = '') => {
        if (!memories.includes(which)) {
          fail('CMS', 302);
          return;
        }
        memory = which;
        const n = counts();
        ok(`+CPMS: ${n},${n},${n}`);
      }),
    ],
    [
      /^AT\+CPMS\?$/i,
      guarded('CMS', () => {
        const n = `"${memory}",${counts()}`;
        ok(`+CPMS: ${n},${n},${n}`);
      }),
    ],
    [/^AT\+CMGL(?:=(.+))?$/i, guarded('CMS', list)],
    [/^AT\+CMGR=(\d+)$/i, guarded('CMS', readOne)],
    [/^AT\+CMGD=(\d+)(?:,(\d))?$/i, guarded('CMS', remove)],
    [/^AT\+CMGS=(.+)$/i, guarded('CMS', prompt)],
    [/^ATD([+\d]+);$/i, guarded('CME', dial)],
    [
      /^ATH$|^AT\+CHUP$/i,
      () => {
        call = null;
        ok();
      },
    ],
    [/^AT\+CLCC$/i, tellCall],
  ];

  // ---- SIM ---------------------------------------------------------------------------------------------------------------

  function askPin(): void {
    if (world.sim === 'missing') {
      simError('CME');
      return;
    }
    ok(`+CPIN: ${world.sim === 'puk' ? 'SIM PUK' : open ? 'READY' : 'SIM PIN'}`);
  }

  function enterPin(given = ''): void {
    if (world.sim !== 'in' || open) {
      fail('CME', 3);
      return;
    }
    if (given === pin) {
      open = true;
      tries = 3;
      ok();
      return;
    }
    tries -= 1;
    if (tries === 0) world.sim = 'puk';
    fail('CME', tries === 0 ? 12 : 16);
  }

  function tellTries(asked = ''): void {
    if (tellsTries === null || asked.toUpperCase() !== tellsTries) {
      fail('CME', 4);
      return;
    }
    const words = {
      'AT+CPINR': [`+CPINR: SIM PIN,${tries},3`, '+CPINR: SIM PUK,10,10'],
      'AT+SPIC': [`+SPIC: ${tries},10,3,10`],
      'AT+QPINC="SC"': [`+QPINC: "SC",${tries},10`],
    } as const;
    ok(...words[tellsTries]);
  }

  function restart(): void {
    ok();
    reset();
    line('RDY');
  }

  function reset(): void {
    echo = true;
    world.mode = 'pdu';
    news = [0, 0, 0, 0, 0];
    open = pin === null;
  }

  // ---- texts -------------------------------------------------------------------------------------------------------------

  const lies = (): (Stored | null)[] => (memory === 'SR' ? reportPlaces : places);
  const counts = (): string => `${lies().filter((one) => one !== null).length},${places.length}`;

  function prompt(argument = ''): void {
    writing =
      world.mode === 'pdu'
        ? { length: Number(argument), to: '' }
        : { length: null, to: /"([^"]+)"/.exec(argument)?.[1] ?? '' };
    input = '';
    raw('\r\n> ');
  }

  function submit(): void {
    const wanted = writing;
    const text = input.trim();
    writing = null;
    input = '';
    heard.push(`<${text.length} characters>`);
    if (wanted === null || hanging !== null) return;
    if (world.registration !== 1 && world.registration !== 5) {
      fail('CMS', 331);
      return;
    }
    if (world.failSends !== null) {
      fail('CMS', world.failSends);
      return;
    }
    const found = read(wanted, text);
    if (found === null) {
      fail('CMS', 304);
      return;
    }
    const ref = nextRef;
    nextRef = (nextRef + 1) % 256;
    parts.push({ ...found, ref });
    const act = scripts.findIndex(({ command: one }) => one.test('<text>'));
    const scripted = act < 0 ? null : (scripts.splice(act, 1)[0]?.act ?? null);
    const lost = loses || scripted?.do === 'lose-answer';
    loses = false;
    if (scripted?.do === 'hang') hanging = scripted.until;
    if (scripted?.do === 'interrupt') raw(scripted.text);
    const answerIt = (): void => {
      if (!lost && hanging === null) ok(`+CMGS: ${ref}`);
      if (found.wantsReport) tellFate(ref, found.to);
    };
    if (scripted?.do === 'wait') after(scripted.ms, answerIt);
    else answerIt();
  }

  function read(wanted: { readonly length: number | null; readonly to: string }, text: string): Submitted | null {
    if (wanted.length === null) {
      return { to: wanted.to, body: text, wantsReport: false, piece: null, validity: null };
    }
    try {
      return lengthOf(text) === wanted.length ? readSubmit(text) : null;
    } catch {
      return null;
    }
  }

  function tellFate(ref: number, to: string): void {
    const tell = (status: number): void => {
      const hex = statusReport(ref, to, status, now());
      if (options.reports === 'none') return;
      if (options.reports === 'stored') {
        reportPlaces.push({ hex, from: to, body: '', read: false });
        line(`+CDSI: "SR",${reportPlaces.length}`);
      } else if (news[3] === 1) {
        raw(`\r\n+CDS: ${lengthOf(hex)}\r\n${hex}\r\n`);
      }
    };
    if (holding) reportsHeld.push(() => tell(heldStatus));
    else tell(0);
  }
  let heldStatus = 0;

  function list(which = ''): void {
    const all = /ALL|^4/i.test(which);
    const onlyNew = which === '' || /UNREAD|^0/i.test(which);
    lies().forEach((one, index) => {
      if (one === null || !(all || one.read !== onlyNew)) return;
      raw(`\r\n+CMGL: ${index + 1},${head(one)}\r\n${words(one)}\r\n`);
      one.read = true;
    });
    ok();
  }

  function readOne(place = ''): void {
    const one = lies()[Number(place) - 1];
    if (one === undefined || one === null) {
      if (Number(place) > places.length) fail('CMS', 321);
      else ok();
      return;
    }
    raw(`\r\n+CMGR: ${head(one)}\r\n${words(one)}\r\n`);
    one.read = true;
    ok();
  }

  const head = (one: Stored): string =>
    world.mode === 'pdu'
      ? `${one.read ? 1 : 0},,${lengthOf(one.hex)}`
      : `"REC ${one.read ? 'READ' : 'UNREAD'}","${one.from}",,"26/11/21,20:29:00+00"`;
  const words = (one: Stored): string => (world.mode === 'pdu' ? one.hex : one.body);

  function remove(place = '', flag = ''): void {
    const index = Number(place) - 1;
    if (flag === '4') lies().fill(null);
    else if (index < 0 || index >= lies().length) {
      fail('CMS', 321);
      return;
    } else lies()[index] = null;
    ok();
  }

  function keep(hex: string, from: string, body: string): boolean {
    const free = places.indexOf(null);
    if (free < 0) {
      line('+SMSFULL');
      return false;
    }
    places[free] = { hex, from, body, read: false };
    if (news[1] === 1) line(`+CMTI: "${memories[0]}",${free + 1}`);
    return true;
  }

  // ---- calls -------------------------------------------------------------------------------------------------------------

  function dial(to = ''): void {
    calls.push(to);
    if (world.registration !== 1 && world.registration !== 5) {
      line('NO CARRIER');
      return;
    }
    call = 'dialling';
    ok();
    const ends: Partial<Record<Mutable['phone'], string>> = { busy: 'BUSY', unreachable: 'NO CARRIER' };
    const end = ends[world.phone];
    after(3_000, () => {
      if (call === null) return;
      call = end === undefined ? 'ringing' : null;
      if (end !== undefined) line(end);
      if (world.phone === 'answers')
        after(4_000, () => {
          if (call !== null) call = 'answered';
        });
    });
  }

  function tellCall(): void {
    if (world.phone === 'no-clcc') {
      fail('CME', 4);
      return;
    }
    if (call === null) {
      ok();
      return;
    }
    const state = { dialling: 2, ringing: 3, answered: 0 }[call];
    ok(`+CLCC: 1,0,${state},0,0,"+447700900123",145`);
  }

  return {
    path: pty.path,
    heard,
    calls,
    sent: () => together(parts),
    script: (command, ...acts) => void scripts.push(...acts.map((act) => ({ command, act }))),
    receive(from, body, piece) {
      const hex = deliver(from, body, now(), piece);
      return keep(hex, from, body) ? hex : null;
    },
    receiveStraight(from, body) {
      const hex = deliver(from, body, now());
      raw(`\r\n+CMT: ,${lengthOf(hex)}\r\n${hex}\r\n`);
      return hex;
    },
    store: (hex) => void keep(hex, '', ''),
    holdReports: () => {
      holding = true;
    },
    releaseReports(status = 0) {
      holding = false;
      heldStatus = status;
      for (const tell of reportsHeld.splice(0)) tell();
    },
    say: line,
    set: (change) => void Object.assign(world, change),
    stored: () => places.filter((one) => one !== null).length,
    triesLeft: () => tries,
    falter: reset,
    reopened() {
      if (hanging === 'reopen') hanging = null;
    },
    release: () => pty.release(),
    onRead: (count) => {
      countRead = count;
    },
    onWrite: (count) => {
      countWrite = count;
    },
    close: () => pty.close(),
  };
}

/** Long texts count once all their pieces are there. */
function together(parts: readonly (Submitted & { readonly ref: number })[]): readonly FarText[] {
  const groups = new Map<string, (Submitted & { readonly ref: number })[]>();
  parts.forEach((part, index) => {
    const key = part.piece === null ? `alone ${index}` : `${part.to} ${part.piece.ref} ${part.piece.total}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  });
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < (first.piece?.total ?? 1)) return [];
    const sorted = group.toSorted((a, b) => (a.piece?.seq ?? 0) - (b.piece?.seq ?? 0));
    const { to, wantsReport, validity } = first;
    return [
      { to, wantsReport, validity, body: sorted.map(({ body }) => body).join(''), refs: group.map(({ ref }) => ref) },
    ];
  });
}
