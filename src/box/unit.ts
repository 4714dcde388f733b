/** What of the machine a house needs beside its data and its network. */
export interface WiresOfHouse {
  /** It reads or switches pins. */
  readonly pins: 'some' | 'none';
  /** Real paths of its serial ports; the name in the config where nothing is plugged in now. */
  readonly ports: readonly string[];
  /** It listens through a receiver that a program of its own drives. */
  readonly receiver: 'some' | 'none';
}

/** Kinds of device as /proc/devices names them: a stick that is plugged in again gets another number, and keeps its kind. */
const KINDS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/dev\/ttyUSB\d+$/, ['char-ttyUSB']],
  [/^\/dev\/ttyACM\d+$/, ['char-ttyACM']],
  [/^\/dev\/ttyAMA\d+$/, ['char-ttyAMA']],
  [/^\/dev\/ttyS\d+$/, ['char-ttyS']],
  // The header of a Raspberry Pi, which is one or the other by its model and settings.
  [/^\/dev\/serial\d$/, ['char-ttyAMA', 'char-ttyS']],
  [/^\/dev\/serial\//, ['char-ttyUSB', 'char-ttyACM']],
];

const kindsOf = (port: string): readonly string[] => KINDS.find(([path]) => path.test(port))?.[1] ?? [port];

/**
 * What lantern.service is given beside itself, as a file of systemd: the kinds of devices that this house has on wires, and the
 * groups that may use them. A house without any gets none.
 */
export function unitOfWires({ pins, ports, receiver }: WiresOfHouse): string {
  const serial = [...new Set(ports.flatMap(kindsOf))].sort();
  const devices = [
    ...(pins === 'some' ? ['char-gpiochip'] : []),
    ...serial,
    ...(receiver === 'some' ? ['char-usb_device'] : []),
  ];
  const head = '# Made from the config of this house by scripts/install.sh; run it again after a change.\n[Service]\n';
  if (devices.length === 0) return `${head}# Nothing is on wires: no device of the machine is needed.\n`;
  const groups = [
    ...(pins === 'some' ? ['gpio'] : []),
    ...(serial.length > 0 ? ['dialout'] : []),
    ...(receiver === 'some' ? ['plugdev'] : []),
  ];
  const lines = [
    `SupplementaryGroups=${groups.join(' ')}`,
    'PrivateDevices=no',
    // Nothing of /dev but these kinds, whoever they belong to.
    'DevicePolicy=closed',
    ...devices.map((device) => `DeviceAllow=${device} rw`),
  ];
  return `${head}${lines.join('\n')}\n`;
}
