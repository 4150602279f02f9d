import { connect, type Socket } from "node:net";

/** A bare TCP connection, for what an HTTP client would never send. */
export interface RawConnection {
  readonly socket: Socket;
  send(text: string): void;
  /** Everything received so far, once it holds `text`. */
  receivedUntil(text: string): Promise<string>;
  /** Everything received, once the server has closed the connection. */
  receivedUntilClosed(): Promise<string>;
}

export async function openConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  let isClosed = false;
  socket.on("data", (piece) => {
    received += piece.toString("latin1");
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    isClosed = true;
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));

  function until(isDone: () => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (isDone()) resolve(received);
        else if (isClosed) reject(new Error(`The connection was closed after: ${received}`));
      };
      socket.on("data", check);
      socket.on("close", check);
      check();
    });
  }

  return {
    socket,
    send: (text) => void socket.write(text),
    receivedUntil: (text) => until(() => received.includes(text)),
    receivedUntilClosed: () => until(() => isClosed),
  };
}
