import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gcloudScoreCommands } from "@virga/google/deploy";
import { type Project, runCommand } from "../deploy-aws/project.ts";
import type { Step } from "../deploy-aws/steps.ts";
import type { GoogleCloud } from "./google-cloud.ts";

const INBOX = "counterpart-inbox";
/** Says in its log which objects it was told of. */
const PROGRAM = "export const score = ({ data }) => console.log(data.name);";

/** What `virga build` prints for a function that scores objects, run by Google's own tool, word for word. */
export function scoredByGcloud(project: Project, cloud: GoogleCloud): readonly Step[] {
  const source = join(cloud.folder, "score");
  const plan: Parameters<typeof gcloudScoreCommands>[0] = {
    service: "iris",
    stage: "dev",
    folder: cloud.folder,
    models: [],
    memoryMb: 1_024,
    timeoutSeconds: 30,
    access: "private",
    aws: {},
    google: { region: "us-central1", score: `gs://${INBOX}/rows` },
  };
  const projectId = cloud.environment["GOOGLE_CLOUD_PROJECT"] ?? "";
  const commands = gcloudScoreCommands(plan, { project: projectId, modelSizeBytes: {} }, source);
  return [
    { check: "a bucket in another place than the function", run: () => makeInbox(cloud, projectId) },
    {
      check: "a source",
      run: async () => {
        mkdirSync(source);
        writeFileSync(join(source, "package.json"), '{"type":"module","main":"index.mjs"}');
        writeFileSync(join(source, "index.mjs"), PROGRAM);
        writeFileSync(join(source, ".gcloudignore"), "#\n");
      },
    },
    ...commands.map((command) => ({
      check: command.split(" ").slice(0, 4).join(" "),
      run: async () => void (await runCommand("sh", ["-c", command], project)),
    })),
    {
      check: "the function is told of an object that arrives",
      run: async () => {
        cloud.functions.deliver({ bucket: INBOX, name: "rows/1", generation: "1", contentType: "application/json" });
        await cloud.functions.settled();
        const told = cloud.functions.deliveries.map(({ object, status }) => ({ object, status }));
        assert.deepEqual(told, [{ object: "rows/1", status: 204 }]);
      },
    },
  ];
}

async function makeInbox({ storage }: GoogleCloud, projectId: string): Promise<void> {
  const body = { name: INBOX, location: "europe-west1", iamConfiguration: { publicAccessPrevention: "enforced" } };
  const made = await fetch(new URL(`storage/v1/b?project=${projectId}`, storage.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(made.status, 200, await made.text());
}
