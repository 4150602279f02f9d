/** Waits for something that another connection or the event loop brings about; jest's own time limit bounds it. */
export async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}
