import type { Calls } from '../../src/link/gpio/calls.ts';
import { driverStories } from '../link/gpio/contract.ts';
import { waysToPins } from './guest/drivers.ts';
import { floodStories } from './guest/flood.ts';
import { houseStories } from './guest/house-stories.ts';

/** What has to be seen under a real kernel. Its name is known outside, and it runs inside. */
interface GuestStory {
  readonly name: string;
  readonly run: (calls: Calls) => Promise<void>;
}

const contracts = Object.entries(waysToPins).flatMap(([way, open]) =>
  driverStories.map((story): GuestStory => {
    return {
      name: `${way}: ${story.name}`,
      async run(calls) {
        const bench = await open(calls);
        try {
          await story.run(bench);
        } finally {
          await bench.close();
        }
      },
    };
  }),
);

export const storiesInGuest: readonly GuestStory[] = [...contracts, ...floodStories, ...houseStories];
