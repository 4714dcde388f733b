/** Waits for it, but not longer. */
export async function within(waitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((done) => {
    timer = setTimeout(done, waitMs);
  });
  await Promise.race([work, enough]);
  clearTimeout(timer);
}
