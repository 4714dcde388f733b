// What the doctor knows of a hub and the machine it runs on. Null stands for what could not be found out.

/** One line of the examination. `remedy` is one sentence; null where there is nothing to do. */
export interface Finding {
  readonly about: string;
  readonly is: 'ok' | 'warn' | 'bad' | 'unknown';
  readonly says: string;
  readonly remedy: string | null;
}

export interface Mount {
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
}

export interface Space {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

/** What the chip of an eMMC or an SSD says of itself; SD cards say nothing. */
export interface Wear {
  /** Tenths of its life used, as JEDEC eMMC 5.0 counts them: 1 to 10, and 11 beyond it. */
  readonly lifeTenths: number;
  /** Of the blocks in reserve: 1 normal, 2 four fifths used, 3 nine tenths used. */
  readonly reserve: number | null;
}

export interface Link {
  readonly name: string;
  readonly kind: 'wired' | 'wifi';
  readonly up: boolean;
  /** The way out goes over it. */
  readonly out: boolean;
}

export interface MachineFacts {
  readonly board: string | null;
  readonly system: string | null;
  readonly kernel: string | null;
  readonly clock: { readonly service: 'synchronised' | 'waiting' | 'absent'; readonly hasChip: boolean };
  readonly mount: Mount | null;
  readonly space: Space | null;
  readonly wear: Wear | null;
  /** Bits as the firmware of a Raspberry Pi sets them: 0 under-voltage now, 1 capped, 2 throttled, 3 soft limit; from 16 on the same since the start. */
  readonly throttled: number | null;
  /** The alarm of the board's own voltage watcher. */
  readonly lowVoltage: boolean | null;
  /** The hottest sensor. */
  readonly celsius: number | null;
  readonly memory: { readonly totalKiB: number; readonly availableKiB: number } | null;
  readonly swaps: readonly { readonly name: string; readonly sizeKiB: number; readonly usedKiB: number }[];
  readonly links: readonly Link[];
  /** The level of the Wi-Fi the way out goes over. */
  readonly wifiDbm: number | null;
  /** A hardware watchdog, and whether something feeds it. */
  readonly watchdog: { readonly device: string; readonly active: boolean | null } | null;
  readonly serialPorts: readonly string[];
}

/** A file as it lies there. `others`: anyone but its owner and its group may read it; `group`: its group may. */
export interface FileFact {
  readonly path: string;
  readonly there: boolean;
  readonly group: boolean;
  readonly others: boolean;
}

export interface ServiceFacts {
  readonly active: string;
  readonly enabled: string;
  /** Since the service was started by hand or by the machine. */
  readonly restarts: number | null;
}

export interface HubFacts {
  readonly version: string;
  readonly node: string;
  /** Does a hub answer on the control socket? `why` where none does. */
  readonly answers: { readonly ok: true } | { readonly ok: false; readonly why: string };
  readonly data: FileFact;
  /** Null: no config was named. */
  readonly config: { readonly files: readonly FileFact[]; readonly errors: number; readonly warnings: number } | null;
  /** Null: there is none yet. `why` null: sound. */
  readonly database: { readonly bytes: number; readonly why: string | null } | null;
  readonly chain: { readonly rows: number; readonly head: string; readonly why: string | null } | null;
  /** Days, whole ones. Null: never. */
  readonly backupDaysAgo: number | null;
  /** Null: none configured. */
  readonly modem:
    | { readonly from: 'hub'; readonly trouble: string | null; readonly dbm: number | null }
    | { readonly from: 'port'; readonly path: string; readonly there: boolean }
    | null;
  readonly broker: { readonly where: string; readonly open: boolean | null } | null;
  /** Days until the page's certificate ends; null: the page has none. */
  readonly certificateDays: number | 'unreadable' | null;
  /** What the config names of the machine, and whether the user the data belongs to may have it. */
  readonly devices: readonly {
    readonly what: string;
    readonly path: string;
    readonly is: 'usable' | 'missing' | 'forbidden';
  }[];
  /** Zones that tell of mains and battery; null: no config. */
  readonly powerZones: readonly string[] | null;
}

export interface Facts {
  readonly machine: MachineFacts;
  readonly hub: HubFacts;
  /** Null: this machine has no systemd, or no unit of the hub. */
  readonly service: ServiceFacts | null;
}
