export { type CaseComponent, type CostCase, parseCaseFile } from "./verify/case-file.ts";
