// Run as a process of its own: a bare broker, and nothing else but what the mode asks for.
//   node aedes-peer.ts PORT forward        hands on what comes
//   node aedes-peer.ts PORT sync FILE      appends each trigger to FILE, syncs, then says so on bench/state
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { Aedes, type AuthorizePublishHandler } from 'aedes';

const [port = '0', mode = 'forward', file = ''] = process.argv.slice(2);

function syncFirst(): AuthorizePublishHandler {
  const fd = openSync(file, 'a');
  return (_client, packet, callback) => {
    callback(null);
    if (packet.topic !== 'zigbee2mqtt/window') return;
    writeSync(fd, `${new Date().toISOString()} ${packet.payload.toString()}\n`);
    fdatasyncSync(fd);
    broker.publish(
      { cmd: 'publish', topic: 'bench/state', payload: Buffer.from('triggered'), qos: 0, retain: false, dup: false },
      () => {},
    );
  };
}

const broker = await Aedes.createBroker(mode === 'sync' ? { authorizePublish: syncFirst() } : {});
createServer({ noDelay: true }, broker.handle).listen(Number(port), '127.0.0.1');
