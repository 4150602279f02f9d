class Bare {
  [name: string]: unknown;
}
Reflect.deleteProperty(Bare.prototype, "constructor");
Object.setPrototypeOf(Bare.prototype, null);

/**
 * An object with no names but its own, so that any name is safe in it; smaller and quicker than `Object.create(null)`,
 * which always is a hash table.
 */
export function bareRecord<Value>(): Record<string, Value> {
  return new Bare() as Record<string, Value>;
}
