import { existsSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { lackOfRoom } from "../../../src/weights/packed/layout-room.ts";

const MEMORY_DISK = "/dev/shm";
const MB = 2 ** 20;
const onMemoryDisk = existsSync(MEMORY_DISK) ? describe : describe.skip;

onMemoryDisk("room for a layout where the disk is memory", () => {
  it("is there with several CPUs and enough memory", async () => {
    expect(await lackOfRoom(MEMORY_DISK, MB, 2)).toBeUndefined();
  });

  it("is not there with one CPU, or a part of a second one", async () => {
    expect(await lackOfRoom(MEMORY_DISK, MB, 1)).toMatch(/one CPU/);
    expect(await lackOfRoom(MEMORY_DISK, MB, 1.5)).toMatch(/one CPU/);
  });

  it("is not there where the disk or the memory has less", async () => {
    expect(await lackOfRoom(MEMORY_DISK, 2 ** 60, 2)).toMatch(/MB of disk/);
  });
});
