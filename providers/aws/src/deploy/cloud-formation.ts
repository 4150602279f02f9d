/** Plain JSON as CloudFormation and the Serverless Framework take it, intrinsic functions included. */
export type TemplateValue =
  | string
  | number
  | boolean
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

/** One resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: { readonly [key: string]: TemplateValue };
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: "Delete";
  readonly UpdateReplacePolicy?: "Delete";
}

/** Resources by their logical names, which begin with `Virga`, so that they meet no others of the same service. */
export type TemplateResources = Readonly<Record<string, TemplateResource>>;

/** One value that a stack tells about itself. */
export interface TemplateOutput {
  readonly Description: string;
  readonly Value: TemplateValue;
}

/** One statement of the function's role. */
export interface IamStatement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly TemplateValue[];
  readonly Condition?: { readonly [operator: string]: TemplateValue };
}

/** A resource's attribute. */
export function getAttribute(resource: string, attribute: string): TemplateValue {
  return { "Fn::GetAtt": [resource, attribute] };
}

/** Text with `${…}` filled in when the stack is deployed. */
export function substitute(text: string): TemplateValue {
  return { "Fn::Sub": text };
}
