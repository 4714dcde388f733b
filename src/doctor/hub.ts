import { unreachable } from '../base/unreachable.ts';
import type { Finding, HubFacts, MachineFacts, ServiceFacts } from './facts.ts';
import { bad, count, ok, size, unknown, warn } from './say.ts';

const BACKUP_DAYS = 35;
const CERTIFICATE_DAYS = 14;

/** Everything about the hub and its house, in the order a person would look. */
export const examineHub = (hub: HubFacts, machine: MachineFacts, service: ServiceFacts | null): readonly Finding[] => [
  answers(hub),
  serviceOf(service),
  config(hub),
  data(hub),
  database(hub),
  chain(hub),
  ...devices(hub, machine),
  modem(hub),
  broker(hub),
  certificate(hub),
  backup(hub),
  power(hub),
  ok(
    'versions',
    [`lantern ${hub.version}`, `node ${hub.node}`, machine.system, machine.kernel, machine.board]
      .filter((part) => part !== null)
      .join(', '),
  ),
];

function answers({ answers: found }: HubFacts): Finding {
  if (found.ok) return ok('hub', 'runs, and answers');
  return bad('hub', found.why, 'start it: sudo systemctl start lantern');
}

function serviceOf(service: ServiceFacts | null): Finding {
  if (service === null) {
    return unknown(
      'service',
      'no lantern.service here',
      'install it with scripts/install.sh, so that it starts with the machine',
    );
  }
  const { active, enabled, restarts } = service;
  const again = restarts === null ? '' : `, started again ${count(restarts, 'time')}`;
  const says = `${active}, ${enabled}${again}`;
  if (active !== 'active')
    return bad('service', says, 'look at sudo journalctl -u lantern -e, then sudo systemctl start lantern');
  if (enabled !== 'enabled')
    return bad('service', `${says}: it is gone after the next power cut`, 'sudo systemctl enable lantern');
  return (restarts ?? 0) > 3
    ? warn('service', says, 'look at what ended it: sudo journalctl -u lantern -e')
    : ok('service', says);
}

function config({ config: found }: HubFacts): Finding {
  if (found === null) return unnamed('config');
  const missing = found.files.find(({ there }) => !there);
  if (missing !== undefined)
    return bad(
      'config',
      `${missing.path} is not there or may not be read`,
      'name the config with --config FILE, or give the user of the hub the right to read it',
    );
  const open = found.files.find(({ others }) => others);
  if (open !== undefined)
    return bad('config', `everybody on this machine can read ${open.path}`, `chmod o-rwx ${open.path}`);
  if (found.errors > 0)
    return bad(
      'config',
      `refused, with ${count(found.errors, 'error')}: the hub runs on the last one it took`,
      'lantern check says where',
    );
  return found.warnings > 0
    ? warn('config', count(found.warnings, 'warning'), 'lantern check says where')
    : ok('config', 'accepted');
}

function data({ data: { path, there, group, others } }: HubFacts): Finding {
  if (!there)
    return bad(
      'data',
      `${path} is not there or may not be read`,
      'name it with --data DIR, and run this as the user of the hub: sudo -u lantern',
    );
  return group || others
    ? bad('data', `others on this machine can look into ${path}`, `chmod 0700 ${path}`)
    : ok('data', `${path} is the hub's alone`);
}

function database({ database: found }: HubFacts): Finding {
  if (found === null) return unknown('database', 'none yet', 'start the hub once');
  if (found.why !== null)
    return bad(
      'database',
      found.why,
      'make a copy of the data directory, look at the disk, and restore the last backup',
    );
  return ok('database', `sound, ${size(found.bytes)}`);
}

function chain({ chain: found }: HubFacts): Finding {
  if (found === null) return unknown('log', 'none yet', 'start the hub once');
  if (found.why !== null)
    return bad(
      'log',
      `not as it was written: ${found.why}`,
      'keep it as it is (lantern log export), and ask who had the card',
    );
  return ok('log', `${count(found.rows, 'row')}, every hash follows; head ${found.head.slice(0, 12)}`);
}

function devices({ devices: wanted }: HubFacts, { serialPorts }: MachineFacts): readonly Finding[] {
  return wanted.map((device) => deviceOf(device, serialPorts));
}

function deviceOf({ what, path, is }: HubFacts['devices'][number], serialPorts: readonly string[]): Finding {
  const known = serialPorts.length === 0 ? 'no serial port is plugged in' : `here are ${serialPorts.join(', ')}`;
  switch (is) {
    case 'usable':
      return ok(what, path);
    case 'missing':
      return bad(what, `${path} is not there; ${known}`, 'plug it in, or correct its path in the config');
    case 'forbidden': {
      const group = path.includes('gpio') ? 'gpio' : 'dialout';
      const remedy = `sudo usermod -aG ${group} lantern, and start the hub again`;
      return bad(what, `${path} is not for the user of the hub`, remedy);
    }
    default:
      return unreachable(is);
  }
}

const unnamed = (about: string): Finding => unknown(about, 'no config was named', 'name it with --config FILE');

function modem({ modem: found, config }: HubFacts): Finding {
  if (found === null) return config === null ? unnamed('modem') : ok('modem', 'none configured');
  if (found.from === 'port') {
    const remedy = 'start the hub, or run lantern modem --config FILE';
    return found.there
      ? unknown('modem', `${found.path} is there; no hub runs that could ask it`, remedy)
      : bad('modem', `${found.path} is not there`, 'plug the modem in, with a supply of its own');
  }
  const level = found.dbm === null ? '' : `, ${found.dbm} dBm`;
  if (found.trouble !== null)
    return bad(
      'modem',
      `no text can leave: ${found.trouble}`,
      'lantern modem says more: look at card, PIN, credit and aerial',
    );
  return found.dbm !== null && found.dbm < -100
    ? warn('modem', `can send${level}: hardly any signal`, 'move the aerial to a window')
    : ok('modem', `can send${level}`);
}

function broker({ broker: found }: HubFacts): Finding {
  if (found === null) return unnamed('broker');
  if (found.open === null)
    return unknown('broker', `${found.where} is another machine's`, 'look at the fault mqtt_down of the panel');
  return found.open
    ? ok('broker', `${found.where} takes connections`)
    : bad(
        'broker',
        `nobody listens on ${found.where}`,
        'start the hub, or look for who else has the port: sudo ss -ltnp',
      );
}

function certificate({ certificateDays: days, config }: HubFacts): Finding {
  if (config === null) return unnamed('certificate');
  if (days === null) return ok('certificate', 'the page has none and is served on this machine alone');
  if (days === 'unreadable')
    return bad(
      'certificate',
      'it cannot be read',
      'correct web.tls in the config, or start the hub, which makes one of its own',
    );
  if (days < 0)
    return bad(
      'certificate',
      'it is over: browsers warn of the page',
      'start the hub again, which makes a new one; one of your own you have to renew',
    );
  return days < CERTIFICATE_DAYS
    ? warn('certificate', `ends in ${count(days, 'day')}`, 'renew it; one of its own the hub renews at its next start')
    : ok('certificate', `good for ${count(days, 'day')}`);
}

function backup({ backupDaysAgo: days }: HubFacts): Finding {
  const remedy = 'lantern backup --out FILE on a stick that is kept elsewhere';
  if (days === null) return warn('backup', 'there was never one', remedy);
  return days > BACKUP_DAYS
    ? warn('backup', `the last one was ${days} days ago`, remedy)
    : ok('backup', days < 1 ? 'today' : `${count(days, 'day')} ago`);
}

function power({ powerZones }: HubFacts): Finding {
  if (powerZones === null) return unnamed('battery');
  if (powerZones.length > 0) return ok('battery', `told of by ${powerZones.join(', ')}`);
  return warn(
    'battery',
    'this hub has no battery: when the mains goes, it goes, and only a monitoring service notices',
    'put a UPS before it, and its contacts on zones of type mains and hub_battery',
  );
}
