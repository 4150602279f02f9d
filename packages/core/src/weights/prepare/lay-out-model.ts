import type { Extent } from "../onnx-file/byte-source.ts";
import type { Field, MessageReader } from "../onnx-file/message-reader.ts";
import { contentField, integerField, type Pieces, textField } from "../onnx-file/message-writer.ts";
import { dataSizeBytes, type PackedCopy, readTensorEntry, type TensorEntry } from "../onnx-file/tensor-entry.ts";
import type { TensorFiles, TensorSource } from "./tensor-files.ts";

/** A tensor's place in the new data file. */
export interface PlacedTensor {
  readonly source: TensorSource;
  readonly offset: number;
}

/** A model's graph with its weights taken out into one data file. */
export interface Layout {
  readonly graph: Pieces;
  readonly tensors: readonly PlacedTensor[];
  readonly dataSizeBytes: number;
}

/**
 * Tensors from this size on leave the graph. What the runtime reads while it creates a session (shapes, axes, scales)
 * must stay: the data file may still be empty then. It is smaller, but for lists of sizes with very many parts.
 */
const SMALLEST_PLACED_BYTES = 1024;
const SMALLEST_PLACED_LIST_BYTES = 64 * 1024;
/** Element types of sizes and axes: int32 and int64. */
const LIST_TYPES: ReadonlySet<number> = new Set([6, 7]);
const PAGE_BYTES = 4096;
/** Tensors below a page share one: a cache line, and as much as the widest vector instructions ask for. */
const SMALL_ALIGNMENT_BYTES = 64;
/** Tensors that begin alike and then differ, such as tables whose first rows are zero. */
const MOST_COMPARED = 8;
/** From here on an initialiser is a constant without being an input. Source: ONNX IR specification, "Graphs". */
const INITIALIZERS_STAND_ALONE = 4;

/** How a model is laid out. */
export interface LayoutOptions {
  /** Whether what the runtime's kernels have made of the weights goes along; it is of use to machines like this one. */
  readonly keepPacked: boolean;
}

/** Plans the same model with its weights in the file `dataName`; the values of its tensors are not touched. */
export function layOutModel(
  reader: MessageReader,
  dataName: string,
  files: TensorFiles,
  options: LayoutOptions = { keepPacked: false },
): Layout {
  return new LayoutDraft(reader, dataName, files, options).model();
}

/** Source of all field numbers: onnx/onnx.proto. */
class LayoutDraft {
  readonly #reader: MessageReader;
  readonly #dataName: string;
  readonly #files: TensorFiles;
  readonly #options: LayoutOptions;
  readonly #tensors: PlacedTensor[] = [];
  readonly #byFingerprint: Map<string, PlacedTensor[]> = new Map();
  #dataSizeBytes = 0;

  constructor(reader: MessageReader, dataName: string, files: TensorFiles, options: LayoutOptions) {
    this.#reader = reader;
    this.#dataName = dataName;
    this.#files = files;
    this.#options = options;
  }

  model(): Layout {
    const graph = this.#rewrite(this.#reader.everything, (field) => {
      if (field.number === 1) return [integerField(1, Math.max(Number(field.integer), INITIALIZERS_STAND_ALONE))];
      if (field.number === 7) return contentField(7, this.#graph(field.content, true));
      // Documentation and training: nothing that is run.
      return field.number === 6 || field.number === 20 ? [] : undefined;
    });
    return { graph, tensors: this.#tensors, dataSizeBytes: this.#dataSizeBytes };
  }

  #graph(extent: Extent, isMain: boolean): Pieces {
    const initializers = this.#lastInitializers(extent);
    return this.#rewrite(extent, (field) => {
      if (field.number === 1) return contentField(1, this.#node(field.content));
      if (field.number === 5) {
        const tensor = readTensorEntry(this.#reader, field.content);
        return initializers.get(tensor.name) === field.content.start ? this.#initializer(tensor) : [];
      }
      // An input with a value of its own cannot be given, and as a constant it can be folded. The inputs of a branch or
      // loop body are told apart by their order, so that none may go.
      if (isMain && field.number === 11 && initializers.has(this.#nameOf(field.content))) return [];
      return field.number === 10 ? [] : undefined;
    });
  }

  #node(extent: Extent): Pieces {
    return this.#rewrite(extent, (field) => {
      if (field.number === 5) return contentField(5, this.#attribute(field.content));
      // Exporters write stack traces here, which can be larger than all the rest of the graph.
      return field.number === 6 || field.number === 9 ? [] : undefined;
    });
  }

  #attribute(extent: Extent): Pieces {
    return this.#rewrite(extent, (field) => {
      if (field.number === 6 || field.number === 11)
        return contentField(field.number, this.#graph(field.content, false));
      return field.number === 13 ? [] : undefined;
    });
  }

  #initializer(tensor: TensorEntry): Pieces | undefined {
    const { storage } = tensor;
    const sizeBytes = dataSizeBytes(tensor);
    if (storage.kind === "listed" || sizeBytes === undefined) return undefined;
    const source =
      storage.kind === "inline"
        ? { start: storage.content.start, sizeBytes: storage.content.end - storage.content.start }
        : { location: storage.location, start: storage.offset, sizeBytes: storage.sizeBytes ?? sizeBytes };
    // Left for the runtime to refuse.
    if (source.sizeBytes !== sizeBytes) return undefined;
    const isList = tensor.shape.length < 2 && LIST_TYPES.has(tensor.elementType);
    const packed = this.#options.keepPacked && storage.kind === "external" ? (storage.packed ?? []) : [];
    const isPlaced = packed.length > 0 || sizeBytes >= (isList ? SMALLEST_PLACED_LIST_BYTES : SMALLEST_PLACED_BYTES);
    if (!isPlaced && storage.kind === "inline") return undefined;
    const data = isPlaced ? this.#place(source, packed) : contentField(9, [this.#files.read(source)]);
    return contentField(5, [...head(tensor), ...data]);
  }

  #place(source: TensorSource, packed: readonly PackedCopy[]): Pieces {
    const { offset } = this.#same(source) ?? this.#append(source);
    const entries = {
      location: this.#dataName,
      offset: String(offset),
      length: String(source.sizeBytes),
      ...Object.fromEntries(packed.map((copy, index) => [`prepacked_${index}`, this.#placePacked(source, copy)])),
    };
    const fields = Object.entries(entries).flatMap(([name, value]) =>
      contentField(13, [textField(1, name), textField(2, value)]),
    );
    return [...fields, integerField(14, 1)];
  }

  #placePacked({ location }: TensorSource, { key, parts }: PackedCopy): string {
    const placed = parts.map(({ offset, sizeBytes }) => {
      const source = { ...(location === undefined ? {} : { location }), start: offset, sizeBytes };
      return `${(this.#same(source) ?? this.#append(source)).offset};${sizeBytes};0`;
    });
    return [key, ...placed].join("|");
  }

  #append(source: TensorSource): PlacedTensor {
    const alignment = source.sizeBytes >= PAGE_BYTES ? PAGE_BYTES : SMALL_ALIGNMENT_BYTES;
    const placed = { source, offset: Math.ceil(this.#dataSizeBytes / alignment) * alignment };
    this.#tensors.push(placed);
    this.#dataSizeBytes = placed.offset + source.sizeBytes;
    const fingerprint = this.#files.fingerprint(source);
    this.#byFingerprint.set(fingerprint, [...(this.#byFingerprint.get(fingerprint) ?? []), placed]);
    return placed;
  }

  /** Tied weights, and what the runtime copies into each branch, are written once. */
  #same(source: TensorSource): PlacedTensor | undefined {
    const candidates = this.#byFingerprint.get(this.#files.fingerprint(source)) ?? [];
    return candidates.slice(0, MOST_COMPARED).find((placed) => this.#files.areEqual(placed.source, source));
  }

  /** Where each name's initialiser is: the last, because the runtime writes those of a subgraph twice, and reads none. */
  #lastInitializers(graph: Extent): ReadonlyMap<string, number> {
    const starts = new Map<string, number>();
    for (const { number, content } of this.#reader.fields(graph)) {
      if (number === 5) starts.set(readTensorEntry(this.#reader, content).name, content.start);
    }
    return starts;
  }

  #nameOf(value: Extent): string {
    for (const field of this.#reader.fields(value)) {
      if (field.number === 1) return this.#reader.text(field.content);
    }
    return "";
  }

  /** Every field as `change` wants it, and as it is where it wants nothing. */
  #rewrite(message: Extent, change: (field: Field) => Pieces | undefined): Pieces {
    const pieces: (Uint8Array | Extent)[] = [];
    for (const field of this.#reader.fields(message)) {
      const changed = change(field);
      const last = pieces.at(-1);
      if (changed !== undefined) pieces.push(...changed);
      else if (last !== undefined && !(last instanceof Uint8Array) && last.end === field.whole.start) {
        pieces[pieces.length - 1] = { start: last.start, end: field.whole.end };
      } else pieces.push(field.whole);
    }
    return pieces;
  }
}

/** A tensor's name, type and shape. */
function head({ name, elementType, shape }: TensorEntry): Pieces {
  return [...shape.map((size) => integerField(1, size)), integerField(2, elementType), textField(8, name)];
}
