import type { TemplateResources, TemplateValue } from "../cloud-formation.ts";

/** A file system as the function mounts it. */
export interface MountedFileSystem {
  /** Where the function finds it. */
  readonly path: string;
  readonly accessPointArn: TemplateValue;
  readonly fileSystemArn: TemplateValue;
  readonly subnets: readonly TemplateValue[];
  readonly securityGroups: readonly TemplateValue[];
  /** Logical names of what has to stand before the function can mount. */
  readonly dependsOn: readonly string[];
  readonly resources: TemplateResources;
}
