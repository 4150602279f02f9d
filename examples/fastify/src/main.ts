import { createServer } from "./server.ts";

const server = await createServer();
await server.listen({ host: "127.0.0.1", port: 3000 });
process.once("SIGTERM", () => server.close());
