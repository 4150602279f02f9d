import { isRecord, textOf } from "./google-api.ts";

/** Who has a role. */
interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}

/** An allow policy, all of it that we do not touch included. Source: IAM, "Policy". */
export type Policy = Readonly<Record<string, unknown>>;

/** The policy with a member in a role; nothing where it is there already. Conditional bindings are left alone. */
export function withMember(policy: Policy, role: string, member: string): Policy | undefined {
  const bindings = readBindings(policy);
  const binding = bindings.find((each) => each.role === role && !("condition" in each));
  if (binding?.members.includes(member)) return undefined;
  const others = bindings.filter((each) => each !== binding);
  const added = { ...binding, role, members: [...(binding?.members ?? []), member] };
  return { ...policy, bindings: [...others, added] };
}

/** The policy without a member in a role; nothing where it is not there. */
export function withoutMember(policy: Policy, role: string, member: string): Policy | undefined {
  const bindings = readBindings(policy);
  if (!bindings.some((each) => each.role === role && each.members.includes(member))) return undefined;
  const left = bindings
    .map((each) => (each.role === role ? { ...each, members: each.members.filter((other) => other !== member) } : each))
    .filter(({ members }) => members.length > 0);
  return { ...policy, bindings: left };
}

/** Whether a member has a role without a condition. */
export function hasRole(policy: Policy, role: string, member: string): boolean {
  return readBindings(policy).some(
    (each) => each.role === role && !("condition" in each) && each.members.includes(member),
  );
}

function readBindings({ bindings }: Policy): readonly Binding[] {
  if (!Array.isArray(bindings)) return [];
  return bindings.filter(isRecord).map((binding) => {
    const members: unknown = binding["members"];
    return { ...binding, role: textOf(binding["role"]), members: Array.isArray(members) ? members.map(textOf) : [] };
  });
}
