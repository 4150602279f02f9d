import { InferenceError } from "@virga/core";
import { GoogleAuth } from "google-auth-library";

/** Who deploys, as Application Default Credentials find it. */
export interface DeployerCredentials {
  /** @throws InferenceError `CONFIG_INVALID` where none are found. */
  accessToken(): Promise<string>;
  /** A token that says who calls a private function. @param audience the function's URL. */
  identityToken(audience: string): Promise<string>;
  /** The project that the credentials or the environment name. */
  project(): Promise<string | undefined>;
}

const LOGIN = "Log in:\n  gcloud auth application-default login";

/** Opens Application Default Credentials. */
export function openCredentials(): DeployerCredentials {
  const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
  return {
    async accessToken() {
      const token = await auth.getAccessToken().catch((cause: unknown) => {
        throw new InferenceError("CONFIG_INVALID", `There are no Google credentials. ${LOGIN}`, { cause });
      });
      if (token) return token;
      throw new InferenceError("CONFIG_INVALID", `The Google credentials give no access token. ${LOGIN}`);
    },
    async identityToken(audience) {
      try {
        const client = await auth.getIdTokenClient(audience);
        return await client.idTokenProvider.fetchIdToken(audience);
      } catch (cause) {
        const message = `The Google credentials give no identity token, which a private function asks for. ${LOGIN}`;
        throw new InferenceError("CONFIG_INVALID", message, { cause });
      }
    },
    project: () => auth.getProjectId().catch(() => undefined),
  };
}
