import type { ServicePlan } from "@virga/deploy";
import type { GoogleFacts } from "../google-facts.ts";

/** Something in a plan that Google would refuse, or that its users would regret. */
export interface Finding {
  /** Whether the plan cannot stand. */
  readonly isRefused: boolean;
  /** As `serverless.yml` spells it, from its root. */
  readonly key: string;
  readonly rule: string;
  readonly wayOut: string;
}

/** Looks at one side of a plan. */
export type Check = (plan: ServicePlan, facts: GoogleFacts) => readonly Finding[];

/** What keeps the plan from being deployed. */
export function rule(isBroken: boolean, finding: Omit<Finding, "isRefused">): readonly Finding[] {
  return isBroken ? [{ isRefused: true, ...finding }] : [];
}

/** What the deployer should know. */
export function advice(isDue: boolean, finding: Omit<Finding, "isRefused">): readonly Finding[] {
  return isDue ? [{ isRefused: false, ...finding }] : [];
}

/** For people. */
export function describeFinding({ key, rule: text, wayOut }: Finding): string {
  return `${key}: ${text}. ${wayOut}.`;
}
