import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { FastifyInstance } from "fastify";
import { createServer } from "../src/server.ts";

describe("POST /classify", () => {
  let server: FastifyInstance;
  let address: string;

  beforeAll(async () => {
    server = await createServer();
    address = await server.listen({ host: "127.0.0.1", port: 0 });
  });
  afterAll(() => server.close());

  function classify(flower: object): Promise<Response> {
    return fetch(`${address}/classify`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(flower),
    });
  }

  it.each([
    ["setosa", { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 }],
    ["virginica", { sepalLength: 6.3, sepalWidth: 3.3, petalLength: 6, petalWidth: 2.5 }],
  ])("answers the species of a %s", async (species, flower) => {
    const response = await classify(flower);
    expect([response.status, await response.json()]).toEqual([200, { species, probability: expect.any(Number) }]);
  });

  it("lets Fastify refuse what is no flower", async () => {
    const response = await classify({ sepalLength: "long" });
    expect(response.status).toBe(400);
  });
});
