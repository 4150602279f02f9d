import { type Check, refusal, warning } from "./finding.ts";

/** What follows from a network that the function is in with all others of its service; a file system brings its own. */
export const checkNetwork: Check = ({ aws }, { hasNetwork = false }) => {
  if (!hasNetwork || aws.efs !== undefined) return [];
  const findings = [
    warning(
      "provider.vpc",
      "the function is in this network as well, and reaches its models from there alone",
      "Let its subnets have a gateway endpoint for S3, or a NAT gateway, which models on https:// need",
    ),
  ];
  if (aws.streaming === true) {
    findings.push(
      refusal(
        "inference.aws.streaming",
        "provider.vpc puts the function into a network, where function URLs do not stream",
        "Leave out inference.aws.streaming, or move provider.vpc to the functions that need it",
      ),
    );
  }
  return findings;
};
