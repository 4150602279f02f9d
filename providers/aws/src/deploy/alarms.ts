import type { TemplateResource, TemplateResources, TemplateValue } from "./cloud-formation.ts";

/** Of the timeout; calls that come nearer to it are about to fail. */
const NEAR_TIMEOUT = 0.8;
const PERIOD_SECONDS = 300;

/** What an alarm watches. */
interface Watch {
  readonly metric: string;
  readonly description: string;
  readonly statistic: { readonly Statistic: "Sum" } | { readonly ExtendedStatistic: "p99" };
  readonly threshold: number;
  /** Periods in a row that are over the threshold. */
  readonly periods: number;
}

/** Alarms on a function that fails, is held back or comes near its timeout; who is told is left to the account. */
export function functionAlarms(functionResource: string, timeoutSeconds: number): TemplateResources {
  const watches: readonly Watch[] = [
    {
      metric: "Errors",
      description: "Invocations that ended in a crash or a timeout",
      statistic: { Statistic: "Sum" },
      threshold: 0,
      periods: 1,
    },
    {
      metric: "Throttles",
      description: "Invocations that were turned away, because too many ran at once",
      statistic: { Statistic: "Sum" },
      threshold: 0,
      periods: 1,
    },
    {
      metric: "Duration",
      description: `One call in a hundred takes more than ${NEAR_TIMEOUT * 100} % of the timeout`,
      statistic: { ExtendedStatistic: "p99" },
      threshold: timeoutSeconds * 1_000 * NEAR_TIMEOUT,
      periods: 3,
    },
  ];
  return Object.fromEntries(watches.map((watch) => [`Virga${watch.metric}Alarm`, toAlarm(watch, functionResource)]));
}

function toAlarm(watch: Watch, functionResource: string): TemplateResource {
  const Properties: { [key: string]: TemplateValue } = {
    AlarmDescription: watch.description,
    Namespace: "AWS/Lambda",
    MetricName: watch.metric,
    Dimensions: [{ Name: "FunctionName", Value: { Ref: functionResource } }],
    ...watch.statistic,
    Period: PERIOD_SECONDS,
    EvaluationPeriods: watch.periods,
    Threshold: watch.threshold,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "notBreaching",
  };
  return { Type: "AWS::CloudWatch::Alarm", Properties };
}
