import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Body } from "../warm/bodies.ts";
import { type CallAnswer, type CallOutcome, type Manner, makeCall } from "./call.ts";
import { judgeAnswer } from "./judge-answer.ts";
import type { ModelVersions } from "./model-versions.ts";
import type { SoakCase } from "./soak-cases.ts";
import type { SoakRecord } from "./soak-record.ts";

/** What all clients of a soak share. */
export interface SoakScene {
  readonly origin: string;
  readonly cases: readonly SoakCase[];
  readonly versions: ReadonlyMap<string, ModelVersions>;
  readonly record: SoakRecord;
  /** Aborted when the clients are to end. */
  readonly ending: AbortSignal;
}

/** One connection's worth of requests; every one is named in what it violates. */
export class SoakClient {
  readonly #scene: SoakScene;
  readonly #name: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #requests = 0;

  constructor(scene: SoakScene, name: string) {
    this.#scene = scene;
    this.#name = name;
  }

  /** Does the same again and again, with pauses, until the soak ends. */
  async repeat(act: (client: SoakClient) => Promise<void>, mostPauseMs: number): Promise<void> {
    while (!this.#scene.ending.aborted) {
      await act(this);
      await sleep(Math.random() * mostPauseMs);
    }
    this.#agent.destroy();
  }

  anyCase(): SoakCase {
    const { cases } = this.#scene;
    return cases[Math.floor(Math.random() * cases.length)] as SoakCase;
  }

  /** Asks a right question; its answer has to be right. */
  async ask(asked: SoakCase, way: "json" | "binary", manner: Manner = {}): Promise<void> {
    const { model, rows, number } = asked;
    const body = way === "binary" ? (asked.binary ?? asked.json) : asked.json;
    const sentAtMs = performance.now();
    const path = `/v2/models/${model}/infer`;
    const { id, outcome } = await this.#call({ method: "POST", path, body, manner });
    const answeredAtMs = performance.now();
    const request = `${id} (${model}, case ${number}, ${rows} rows, ${way})`;
    const answer = this.#answerOf(request, outcome);
    if (answer === undefined) return;
    if (answer.status !== 200) return this.#judgeRefusal(request, answer);
    const possible = this.#scene.versions.get(model)?.possible(sentAtMs, answeredAtMs) ?? new Set();
    const fault = judgeAnswer(answer, asked, possible);
    const { record } = this.#scene;
    if (fault !== undefined) return record.violate(`${request}: ${fault}`);
    record.answeredRight(answeredAtMs - sentAtMs);
    record.count(`${model}: right answers`);
  }

  /** Asks what has to be answered with one of these statuses. */
  async expectStatus(
    path: string,
    statuses: readonly number[],
    { method = "POST", body }: { readonly method?: "GET" | "POST"; readonly body?: Body } = {},
  ): Promise<void> {
    const { id, outcome } = await this.#call({ method, path, ...(body && { body }) });
    const request = `${id} (${method} ${path})`;
    const answer = this.#answerOf(request, outcome);
    if (answer === undefined) return;
    if (statuses.includes(answer.status)) return this.#scene.record.count(`${path} answered ${answer.status}`);
    if (answer.status === 503) return this.#judgeRefusal(request, answer);
    this.#scene.record.violate(`${request}: status ${answer.status}: ${answer.body.toString("utf8", 0, 200)}`);
  }

  async #call(call: {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly body?: Body;
    readonly manner?: Manner;
  }): Promise<{ readonly id: string; readonly outcome: CallOutcome }> {
    this.#requests += 1;
    const id = `${this.#name}-${this.#requests}`;
    this.#scene.record.count("requests");
    const outcome = await makeCall({ ...call, agent: this.#agent, origin: this.#scene.origin, requestId: id });
    return { id, outcome };
  }

  #answerOf(request: string, outcome: CallOutcome): CallAnswer | undefined {
    if (outcome.kind === "answered") return outcome.answer;
    if (outcome.kind === "left") this.#scene.record.count("clients that went away");
    else this.#scene.record.violate(`${request}: ${outcome.failure}`);
    return undefined;
  }

  /** Only these are answers to a right question that are not its answer, and only for a reason. */
  #judgeRefusal(request: string, { status, headers, body }: CallAnswer): void {
    const { record } = this.#scene;
    const text = body.toString("utf8", 0, 300);
    const code = /"code":"(\w+)"/.exec(text)?.[1] ?? "";
    const mayBe = code === "OVERLOADED" || (AFTER_A_LOSS.has(code) && record.isLossFelt(performance.now()));
    if (status === 503 && mayBe && headers["retry-after"] !== undefined) record.count(`503 ${code}`);
    else record.violate(`${request}: status ${status}: ${text}`);
  }
}

const AFTER_A_LOSS: ReadonlySet<string> = new Set(["WORKER_LOST", "NOT_READY"]);
