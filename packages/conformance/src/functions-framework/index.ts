export { FRAMEWORK_PROGRAM, freePort } from "./framework-program.ts";
