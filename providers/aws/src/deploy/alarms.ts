import type { TemplateResource, TemplateResources, TemplateValue } from "./cloud-formation.ts";

/** Of the timeout; calls that come nearer to it are about to fail. */
const NEAR_TIMEOUT = 0.8;
const PERIOD_SECONDS = 300;

/** What an alarm watches. */
interface Watch {
  /** Of the alarm in the template. */
  readonly name: string;
  readonly description: string;
  readonly namespace: "AWS/Lambda" | "AWS/ApiGateway";
  readonly metric: string;
  readonly dimension: { readonly Name: string; readonly Value: TemplateValue };
  readonly statistic: { readonly Statistic: "Sum" } | { readonly ExtendedStatistic: "p99" };
  readonly threshold: number;
  /** Periods in a row that are over the threshold. */
  readonly periods: number;
}

const ANY = { statistic: { Statistic: "Sum" }, threshold: 0, periods: 1 } as const;

/** What alarms watch: the function and, where there is one, the HTTP API in front of it, by their logical names. */
export interface Watched {
  readonly functionResource: string;
  readonly httpApi?: string;
  readonly timeoutSeconds: number;
}

/** Alarms on a function that fails, is held back or comes near its timeout; who is told is left to the account. */
export function functionAlarms(watched: Watched): TemplateResources {
  const ofFunction = {
    namespace: "AWS/Lambda",
    dimension: { Name: "FunctionName", Value: { Ref: watched.functionResource } },
  } as const;
  const watches: readonly Watch[] = [
    {
      name: "Errors",
      description: "Invocations that ended in a crash or a timeout",
      metric: "Errors",
      ...ofFunction,
      ...ANY,
    },
    {
      name: "ServerErrors",
      description: "Answers with a status of 500 or more",
      ...serverErrors(watched, ofFunction),
      ...ANY,
    },
    {
      name: "Throttles",
      description: "Invocations that were turned away, because too many ran at once",
      metric: "Throttles",
      ...ofFunction,
      ...ANY,
    },
    {
      name: "Duration",
      description: `One call in a hundred takes more than ${NEAR_TIMEOUT * 100} % of the timeout`,
      metric: "Duration",
      ...ofFunction,
      statistic: { ExtendedStatistic: "p99" },
      threshold: watched.timeoutSeconds * 1_000 * NEAR_TIMEOUT,
      periods: 3,
    },
  ];
  return Object.fromEntries(watches.map((watch) => [`Virga${watch.name}Alarm`, toAlarm(watch)]));
}

/** The front counts them: to Lambda an answer is an answer. Source: "Monitoring Lambda function URLs", "Metrics for HTTP APIs". */
function serverErrors(
  { httpApi }: Watched,
  ofFunction: Pick<Watch, "namespace" | "dimension">,
): Pick<Watch, "namespace" | "dimension" | "metric"> {
  if (httpApi === undefined) return { ...ofFunction, metric: "Url5xxCount" };
  return { namespace: "AWS/ApiGateway", metric: "5xx", dimension: { Name: "ApiId", Value: { Ref: httpApi } } };
}

function toAlarm(watch: Watch): TemplateResource {
  const Properties: { [key: string]: TemplateValue } = {
    AlarmDescription: watch.description,
    Namespace: watch.namespace,
    MetricName: watch.metric,
    Dimensions: [watch.dimension],
    ...watch.statistic,
    Period: PERIOD_SECONDS,
    EvaluationPeriods: watch.periods,
    Threshold: watch.threshold,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "notBreaching",
  };
  return { Type: "AWS::CloudWatch::Alarm", Properties };
}
