/** One thing that every implementation of a seam owes; `run` throws where it is not so. */
export interface ConformanceCase<Subject> {
  readonly name: string;
  run(subject: Subject): Promise<void>;
}
