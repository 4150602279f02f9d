import { statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { availableCpus } from "../../cpu/cpu-quota.ts";
import { externalLocations } from "../onnx-file/model-file.ts";
import { readModelFile } from "../onnx-file/read-model-file.ts";

/** The runtime's file and ours, each with the weights and what is packed of them, which is about as much again. */
const COPIES = 4;
/** What a process takes for Node and the runtime. */
const PROCESS_BYTES = 128 * 1024 * 1024;
/**
 * Magic numbers of ext2 to ext4, XFS and Btrfs; what else there is may be memory. Source: statfs(2).
 */
const DISKS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e]);

/** What a layout of a model would take while it is made, at most. */
export function layoutBytes(modelPath: string): number {
  const locations = externalLocations(readModelFile(modelPath));
  const paths = [modelPath, ...locations.map((location) => join(dirname(modelPath), location))];
  return COPIES * paths.reduce((sum, path) => sum + statSync(path).size, 0);
}

/**
 * Why the folder or the memory cannot hold so many bytes, and a part of them in memory besides; else `undefined`. Memory is
 * what the control group leaves. Where the disk may be memory, too, one CPU alone has requests to answer and no layout to
 * make: its only worker would share it with nobody.
 *
 * @param cpus As `availableCpus` counts them.
 */
export async function lackOfRoom(
  folder: string,
  bytes: number,
  cpus: number = availableCpus(),
): Promise<string | undefined> {
  const { type, bavail, bsize } = await statfs(folder);
  const wanted = `${Math.ceil(bytes / 1e6)} MB`;
  if (bavail * bsize < bytes) return `it takes up to ${wanted} of disk while it is made, and there are fewer`;
  const isDisk = DISKS.has(type);
  if (!isDisk && cpus < 2)
    return "the disk may be memory, and there is one CPU, whose only worker would have it to itself";
  // The process that makes it holds one packed copy of the weights.
  const memoryBytes = PROCESS_BYTES + bytes / COPIES + (isDisk ? 0 : bytes);
  if (process.availableMemory() >= memoryBytes) return undefined;
  return `it takes up to ${Math.ceil(memoryBytes / 1e6)} MB of memory while it is made, and there are fewer`;
}
