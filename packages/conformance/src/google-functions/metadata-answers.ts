const ACCESS_SECONDS = 3_600;
const PREFIX = "/computeMetadata/v1";

/** Who deploys and calls, as a metadata server tells it to Application Default Credentials. */
export interface Identity {
  readonly project: string;
  readonly serviceAccount: string;
  readonly accessToken: string;
}

/** What the metadata server says; nothing for another path. Source: Compute Engine, "About VM metadata". */
export function answerMetadata(url: URL, identity: Identity): string | undefined {
  const { project, serviceAccount, accessToken } = identity;
  const account = `${PREFIX}/instance/service-accounts/default`;
  switch (url.pathname.replace(/\/$/, "")) {
    case `${PREFIX}/instance`:
      return "{}";
    case `${PREFIX}/project/project-id`:
      return project;
    case `${PREFIX}/universe/universe-domain`:
    case `${PREFIX}/universe/universe_domain`:
      return "googleapis.com";
    case `${account}/email`:
      return serviceAccount;
    case `${account}/token`:
      return JSON.stringify({ access_token: accessToken, expires_in: ACCESS_SECONDS, token_type: "Bearer" });
    case `${account}/identity`:
      return toIdentityToken(url.searchParams.get("audience") ?? "", identity);
    default:
      return undefined;
  }
}

/** Whether a token is one of ours, for this audience. */
export function isIdentityToken(token: string, audience: string, identity: Identity): boolean {
  const [header, payload = "", signature] = token.split(".");
  if (header !== HEADER || signature !== toSignature(identity)) return false;
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
  return typeof claims === "object" && claims !== null && "aud" in claims && claims.aud === audience;
}

const HEADER = toPart({ alg: "RS256", typ: "JWT" });

function toIdentityToken(audience: string, identity: Identity): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { aud: audience, email: identity.serviceAccount, exp: now + ACCESS_SECONDS, iat: now };
  return `${HEADER}.${toPart(claims)}.${toSignature(identity)}`;
}

function toSignature({ accessToken }: Identity): string {
  return Buffer.from(`signed ${accessToken}`).toString("base64url");
}

function toPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
