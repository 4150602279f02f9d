/** Headers by their names, whatever the case; several of one name are joined by `, `. */
export interface HeaderReader {
  /** A header's value; null where there is none of that name. */
  get(name: string): string | null;
  /** The names that there are. */
  keys(): Iterable<string>;
}
