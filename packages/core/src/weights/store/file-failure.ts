import { InferenceError } from "../../errors.ts";

/** A failure of the file system as one of ours: what was tried, where, and what to do. */
export function toFileFailure(error: unknown, uri: string, action: string): unknown {
  if (!(error instanceof Error) || InferenceError.is(error) || !("code" in error)) return error;
  switch (error.code) {
    case "EACCES":
    case "EPERM":
      return new InferenceError(
        "WEIGHTS_DENIED",
        `May not ${action} in ${uri}: this user lacks the right; check its owner.`,
        { cause: error },
      );
    case "EROFS":
      return new InferenceError("WEIGHTS_DENIED", `May not ${action} in ${uri}: the disk is read-only.`, {
        cause: error,
      });
    case "ENOSPC":
    case "EDQUOT":
      return new InferenceError("DISK_FULL", `Could not ${action} in ${uri}: the disk is full.`, { cause: error });
    case "ENOENT":
    case "ENOTDIR":
      return new InferenceError("WEIGHTS_MISSING", `Could not ${action} in ${uri}: a folder is missing.`, {
        cause: error,
      });
    default:
      return new InferenceError("WEIGHTS_UNREACHABLE", `Could not ${action} in ${uri}: ${String(error.code)}.`, {
        cause: error,
      });
  }
}
