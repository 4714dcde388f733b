import rfxcom from 'rfxcom';
import type { Codec, Heard } from '../../../src/link/serial/codec.ts';
import { createMysensors } from '../../../src/link/serial/mysensors.ts';
import { createRflink } from '../../../src/link/serial/rflink.ts';
import { createRfxtrx } from '../../../src/link/serial/rfxtrx.ts';
import { createRtl433 } from '../../../src/link/serial/rtl-433.ts';

/** Each codec with a stream as its gateway sends it. */
export const CODECS: readonly { readonly name: string; readonly create: () => Codec; readonly stream: Uint8Array }[] = [
  {
    name: 'RFLink',
    create: createRflink,
    stream: Buffer.from(
      '20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R46;\r\n20;0B;NewKaku;ID=000005;SWITCH=2;CMD=ON;\r\n\r\n20;12;Pir;ID=aa66;PIR=ON;\r\n20;D3;OK;\r\ngarbage\r\n20;63;SmokeAlert;ID=123456;SMOKEALERT=ON;\r\n',
    ),
  },
  {
    name: 'MySensors',
    create: createMysensors,
    stream: Buffer.from(
      '0;255;3;0;14;Gateway startup complete.\n12;1;1;0;16;1\n12;255;3;0;0;79\nbad\n12;1;1;0;16;0\r\n',
    ),
  },
  {
    name: 'RFXtrx',
    create: () => createRfxtrx(rfxcom),
    stream: Buffer.from('0b1100cd0213c7f230010f71ff08200300a1090006700402010000000913000022670e013b70', 'hex'),
  },
  {
    name: 'rtl_433',
    create: createRtl433,
    stream: Buffer.from(
      '{"time":"1","model":"Generic-Remote","id":5069,"cmd":192}\n{"enabled":191,"stats":[]}\nno json\n{"model":"Kerui-PIR-01","noise":-inf}\n{"model":"Türkontakt","id":1}\n',
    ),
  },
];

/** What these pieces say, one after the other; bytes that are no message are left out. */
export function heardIn(codec: Codec, pieces: readonly Uint8Array[]): readonly Heard[] {
  return pieces
    .flatMap((piece) => codec.split(piece, 0))
    .flatMap((one): readonly Heard[] => ('frame' in one ? codec.read(one.frame) : []));
}
