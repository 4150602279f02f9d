/** @throws Error when a run from the corrupt bucket ends in anything but a refusal for that reason. */
export async function expectCorruptRefusal(run: Promise<unknown>): Promise<void> {
  const outcome = await run.then(
    () => "an answer",
    (error: unknown) => String(error),
  );
  if (!outcome.includes("WEIGHTS_CORRUPT")) throw new Error(`a corrupt file gave ${outcome}`);
}
