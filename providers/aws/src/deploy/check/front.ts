import type { ServicePlan } from "@virga/deploy";
import { type Check, type Finding, refusal } from "./finding.ts";

/** Seconds. Source: quotas of Lambda and of API Gateway. */
const MOST_SECONDS = 900;
const MOST_HTTP_API_SECONDS = 30;
/** Source: Lambda API reference, `VpcConfig`. */
const MOST_SUBNETS = 16;
const MOST_SECURITY_GROUPS = 5;
/** What CloudWatch takes and the Serverless Framework's schema does not. */
const UNKNOWN_RETENTION_DAYS = [1_096];

/** What stands in front of the function, and what excludes each other. */
export const checkFront: Check = (plan) => [...checkTimeout(plan), ...checkStreaming(plan), ...checkLists(plan)];

function checkTimeout({ aws, timeoutSeconds }: ServicePlan): readonly Finding[] {
  if (aws.front === "http-api" && timeoutSeconds > MOST_HTTP_API_SECONDS) {
    return [
      refusal(
        "inference.timeout",
        `an HTTP API waits ${MOST_HTTP_API_SECONDS} s for an answer, and ${timeoutSeconds} are asked for`,
        `Write at most ${MOST_HTTP_API_SECONDS}, or inference.aws.front: url, which waits ${MOST_SECONDS} s`,
      ),
    ];
  }
  if (timeoutSeconds <= MOST_SECONDS) return [];
  const rule = `a function runs for ${MOST_SECONDS} s at most, and ${timeoutSeconds} are asked for`;
  return [refusal("inference.timeout", rule, `Write at most ${MOST_SECONDS}`)];
}

function checkStreaming({ aws }: ServicePlan): readonly Finding[] {
  if (aws.streaming !== true) return [];
  const findings: Finding[] = [];
  if (aws.front === "http-api") {
    const wayOut = "Write inference.aws.front: url, or leave out inference.aws.streaming";
    findings.push(refusal("inference.aws.streaming", "an HTTP API holds answers back until they are whole", wayOut));
  }
  if (aws.efs !== undefined) {
    findings.push(
      refusal(
        "inference.aws.streaming",
        "a file system puts the function into a network of its own, where function URLs do not stream",
        "Leave out inference.aws.streaming or inference.aws.efs",
      ),
    );
  }
  return findings;
}

function checkLists({ aws }: ServicePlan): readonly Finding[] {
  const { efs, logRetentionDays } = aws;
  const existing = efs?.create === true ? undefined : efs;
  const findings: Finding[] = [];
  if (existing !== undefined && existing.subnets.length > MOST_SUBNETS) {
    const rule = `a function is in ${MOST_SUBNETS} subnets at most, and there are ${existing.subnets.length}`;
    findings.push(refusal("inference.aws.efs.subnets", rule, "Name one in each zone"));
  }
  if (existing !== undefined && existing.securityGroups.length > MOST_SECURITY_GROUPS) {
    const rule = `a function has ${MOST_SECURITY_GROUPS} security groups at most, and there are ${existing.securityGroups.length}`;
    findings.push(refusal("inference.aws.efs.securityGroups", rule, "Name those that the mount targets let in"));
  }
  if (logRetentionDays !== undefined && UNKNOWN_RETENTION_DAYS.includes(logRetentionDays)) {
    const rule = `the Serverless Framework knows no ${logRetentionDays} days`;
    findings.push(refusal("inference.aws.logRetentionDays", rule, "Write 731 or 1827"));
  }
  return findings;
}
