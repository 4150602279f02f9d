import type { Signature, Tensors } from "../../tensor/tensor.ts";

/** A model as its caller sees it: the name in its paths, what it takes and gives. */
export interface DescribedModel {
  readonly name: string;
  readonly version: string;
  readonly signature: Signature;
  /** Inputs that it really runs on, as `findExample` finds them. */
  readonly example?: Tensors;
}

/** What an OpenAPI document describes. */
export interface DescribedService {
  readonly name: string;
  readonly models: readonly DescribedModel[];
  /** Whether `/predict` reaches the only model described: not where others are served that cannot be described yet. */
  readonly hasPredict: boolean;
  /** Largest request body, before and after decompression. */
  readonly maxRequestBytes: number;
}
