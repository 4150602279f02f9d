import type { Registry } from "@virga/core/weights";
import type { ServicePlan } from "@virga/deploy";

/** Each model of a service, with what its aliases point at. */
export async function modelLines({ models }: ServicePlan, registry: Registry): Promise<string[]> {
  return Promise.all(
    models.map(async ({ name, origin }) => {
      if (origin.kind === "registry" && origin.store !== undefined) {
        return `${name}: ${origin.store}/${origin.registryName}@${origin.reference}`;
      }
      const registryName = origin.kind === "file" ? name : origin.registryName;
      const aliases = await registry.aliases(registryName);
      return `${name}: ${aliases.map(({ alias, version }) => `${alias} is version ${version}`).join(", ")}`;
    }),
  );
}
