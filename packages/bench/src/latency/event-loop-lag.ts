const P99 = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m;

/**
 * The 99th percentile of how late a service's event loop was since it was asked last, in ms, by its own metrics.
 *
 * @throws Error where it does not tell.
 */
export async function readEventLoopLagMs(origin: string): Promise<number> {
  const response = await fetch(`${origin}/metrics`);
  const [, seconds] = P99.exec(await response.text()) ?? [];
  if (seconds === undefined) throw new Error(`${origin}/metrics (${response.status}) tells no lag of the event loop`);
  return 1000 * Number(seconds);
}
