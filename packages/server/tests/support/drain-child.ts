import { drainOnSignal, startServer } from "@virga/server";

/** A server whose every answer takes 400 ms; says its port, and `drained` when it is. */
const server = await startServer(
  {
    fetch: async () => {
      process.stdout.write("request\n");
      await new Promise((resolve) => setTimeout(resolve, 400));
      return Response.json({ answered: true });
    },
    warm: async () => undefined,
    close: async () => {
      process.stdout.write("closed\n");
    },
  },
  { port: 0 },
);
process.stdout.write(`port ${server.port}\n`);
await drainOnSignal(server);
process.stdout.write(`drained ${process.listenerCount("SIGTERM")}\n`);
