/** Headers by their names, whatever the case; several of one name are joined by `, `. */
export interface HeaderReader {
  get(name: string): string | null;
  keys(): Iterable<string>;
}
