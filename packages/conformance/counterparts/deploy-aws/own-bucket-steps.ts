import assert from "node:assert/strict";
import { AwsResources } from "./aws-resources.ts";
import { type Project, runCommand, runServerless } from "./project.ts";
import type { Step } from "./steps.ts";

/** Of the user; in a stand-in that has no such bucket at first. */
export const OWN_BUCKET = "models-of-a-team";
const KEY = "0123456789abcdef0123456789abcdef";
const BODY = '{"instances": [[5.1, 3.5, 1.4, 0.2]]}';

/** The life of a service whose models lie in the user's own bucket, and whose callers have a key. */
export function withOwnBucket({ folder, endpoint }: Project): readonly Step[] {
  const project: Project = { folder, endpoint, environment: { VIRGA_API_KEY: KEY } };
  const aws = new AwsResources(endpoint);
  let host = "";
  const call = (...words: readonly string[]): Promise<string> =>
    runCommand("curl", ["-sS", "-H", `host: ${host}`, ...words, `${endpoint}/predict`, "-d", BODY], project);
  return [
    {
      check: "nothing is uploaded while there is no such bucket",
      run: async () => {
        await assert.rejects(runServerless(project, "deploy"), /There is no bucket models-of-a-team/);
        assert.deepEqual(await aws.leftOver("iris-dev"), []);
      },
    },
    {
      check: "nothing is uploaded while that bucket is in another region",
      run: () =>
        aws.whileBucketIsIn("eu-west-1", OWN_BUCKET, async () => {
          const refused = /inference\.aws\.bucket: .* is in eu-west-1, .*inference\.aws\.region: eu-west-1/;
          await assert.rejects(runServerless(project, "deploy"), refused);
          assert.deepEqual(await aws.leftOver("iris-dev"), []);
        }),
    },
    {
      check: "deploy",
      run: async () => {
        await aws.createBucket(OWN_BUCKET);
        const printed = await runServerless(project, "deploy");
        assert.ok(!printed.includes(KEY));
        host = /^ {2}url: https:\/\/([^/]+)\/$/m.exec(printed)?.[1] ?? "";
      },
    },
    {
      check: "who has the key gets an answer, and nobody else",
      run: async () => {
        assert.match(await call("-H", `x-api-key: ${KEY}`), /"label":"setosa"/);
        assert.match(await call("-H", "x-api-key: another"), /"code":"UNAUTHENTICATED"/);
        assert.match(await call(), /"code":"UNAUTHENTICATED"/);
      },
    },
    {
      check: "remove leaves the user's bucket alone",
      run: async () => {
        assert.match(
          await runServerless(project, "remove"),
          /Models stay where they are: s3:\/\/models-of-a-team\/virga\/iris\/dev/,
        );
        assert.deepEqual(await aws.leftOver("iris-dev"), []);
        assert.ok((await aws.keysIn(OWN_BUCKET)).includes("virga/iris/dev/iris/aliases/production.json"));
      },
    },
  ];
}
