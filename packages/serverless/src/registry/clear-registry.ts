import type { Registry } from "@virga/core/weights";

/** Deleted at once; each is a request of its own. */
const AT_ONCE = 16;

/** Deletes all that a registry holds, so that its bucket can be removed. */
export async function clearRegistry({ store }: Registry): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  for (let first = 0; first < keys.length; first += AT_ONCE) {
    await Promise.all(keys.slice(first, first + AT_ONCE).map((key) => store.delete(key)));
  }
}
