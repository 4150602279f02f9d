import type { RoundingMode } from "@virga/cost";

/** What the command line says; numbers stay decimal strings. */
export interface CostFlags {
  /** Several are put side by side. */
  readonly workload?: readonly string[];
  readonly config?: string;
  readonly requests?: string;
  readonly duration?: string;
  readonly memory?: string;
  readonly threads?: number;
  readonly requestBytes?: number;
  readonly responseBytes?: number;
  readonly logBytes?: number;
  readonly modelSize?: number;
  readonly coldStart?: string;
  readonly coldRate?: string;
  readonly region?: string;
  readonly googleRegion?: string;
  readonly target?: readonly string[];
  readonly prices?: string;
  readonly freeTier: boolean;
  readonly rounding: RoundingMode;
  readonly hoursPerMonth?: string;
  readonly maxUtilization?: string;
  readonly showCalculations: boolean;
  readonly json: boolean;
  readonly html?: string;
  readonly measure?: string;
  readonly measurements?: string;
  readonly recommend: boolean;
  readonly latency?: string;
}
