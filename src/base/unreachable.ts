/** The end of an exhaustive switch: a forgotten case does not compile, and an impossible one stops the process. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}
