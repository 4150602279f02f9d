import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";

/**
 * Resolves each host once for all connections that open together: the threads that resolve names are few. The
 * connections are spread over the addresses, as an object store's machines each have their own limit.
 */
export function createSharedLookup(): LookupFunction {
  const answers = new Map<string, Promise<readonly LookupAddress[]>>();
  let turn = 0;
  return (host, options, done) => {
    const answer = answers.get(host) ?? resolve(host);
    answers.set(host, answer);
    answer.then(
      (addresses) => {
        const turned = rotate(addresses, turn++);
        const [first] = turned;
        if (options.all === true) done(null, [...turned]);
        else if (first !== undefined) done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => {
        answers.delete(host);
        done(error, "");
      },
    );
  };
}

function resolve(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((settle, fail) => {
    lookup(host, { all: true }, (error, addresses) => (error === null ? settle(addresses) : fail(error)));
  });
}

/** Only within the family that comes first: which one that is, the system has chosen. */
function rotate(addresses: readonly LookupAddress[], turn: number): readonly LookupAddress[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const start = preferred.length === 0 ? 0 : turn % preferred.length;
  return [...preferred.slice(start), ...preferred.slice(0, start), ...others];
}
