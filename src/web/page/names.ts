import type { HouseNames } from './visit.ts';

/** What its people call a thing of the house; what has no name is called by its id. */
export type Named = (id: string) => string;

export function namesOf({ zones, devices, outputs, contacts }: HouseNames): Named {
  const names = new Map([...contacts, ...outputs, ...devices, ...zones].map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}
