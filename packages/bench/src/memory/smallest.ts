/**
 * The smallest whole number, to a step, for which `holds` is true, given that it stays true above.
 *
 * @returns `undefined` where it does not hold for `most`.
 */
export async function smallest(
  { least, most, step }: { readonly least: number; readonly most: number; readonly step: number },
  holds: (value: number) => Promise<boolean>,
): Promise<number | undefined> {
  if (!(await holds(most))) return undefined;
  let refused = least - step;
  let held = most;
  while (held - refused > step) {
    const middle = Math.ceil((held + refused) / 2);
    if (await holds(middle)) held = middle;
    else refused = middle;
  }
  return held;
}
