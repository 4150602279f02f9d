import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "../aws-facts.ts";

/** Something in a plan that AWS would refuse, or that its users would regret. */
export interface Finding {
  /** Whether the plan cannot stand. */
  readonly isRefused: boolean;
  /** As `serverless.yml` spells it, from its root. */
  readonly key: string;
  /** What AWS asks for, and what is there instead. */
  readonly rule: string;
  /** What to write instead. */
  readonly wayOut: string;
}

/** Looks at one side of a plan. */
export type Check = (plan: ServicePlan, facts: AwsFacts) => readonly Finding[];

/** A finding that keeps the plan from being deployed. */
export function refusal(key: string, rule: string, wayOut: string): Finding {
  return { isRefused: true, key, rule, wayOut };
}

/** A finding that the deployer should know. */
export function warning(key: string, rule: string, wayOut: string): Finding {
  return { isRefused: false, key, rule, wayOut };
}

/** One line for people. */
export function describeFinding({ key, rule, wayOut }: Finding): string {
  return `${key}: ${rule}. ${wayOut}.`;
}
