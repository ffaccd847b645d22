/** Long work on the server, followed as it goes on. */
import type { paths } from "../api/schema";
import { answerOf, api, type Schemas } from "./api";

export type Job = Schemas["Job"];

type Ask = NonNullable<paths["/api/v1/jobs"]["post"]["requestBody"]>["content"]["application/json"];

const ENDED = new Set(["done", "failed", "cancelled"]);
const PATIENCE_MS = 2000;

export const ended = (job: Job): boolean => ENDED.has(job.state);

/** One job: its state by events of the server, or by asking where these do not come. */
export class Watched {
  job = $state.raw<Job | null>(null);
  trouble = $state<unknown>(null);
  private events: EventSource | null = null;
  private timer: ReturnType<typeof setInterval> | 0 = 0;

  constructor(private readonly whenEnded: (job: Job) => void = () => undefined) {}

  get busy(): boolean {
    return this.job !== null && !ended(this.job);
  }

  async start(ask: Ask): Promise<void> {
    this.leave();
    this.trouble = this.job = null;
    try {
      this.follow(await answerOf(api.POST("/api/v1/jobs", { body: ask })));
    } catch (error) {
      this.trouble = error;
    }
  }

  follow(job: Job): void {
    this.leave();
    this.job = job;
    if (ended(job)) return;
    this.events = new EventSource(`/api/v1/jobs/${encodeURIComponent(job.id)}/events`);
    this.events.addEventListener("job", (told) => this.take(JSON.parse(told.data) as Job));
    this.events.onerror = () => {
      // Streams are few and end; asking goes on where they do not come.
      this.events?.close();
      this.timer ||= setInterval(() => this.look(), PATIENCE_MS);
    };
  }

  private take(now: Job): void {
    const was = this.job;
    this.job = now;
    this.trouble = null;
    if (!ended(now)) return;
    this.leave();
    if (was && !ended(was)) this.whenEnded(now);
  }

  private async look(): Promise<void> {
    if (!this.job) return;
    try {
      this.take(await answerOf(api.GET("/api/v1/jobs/{job}", { params: { path: { job: this.job.id } } })));
    } catch (error) {
      this.trouble = error;
    }
  }

  async cancel(): Promise<void> {
    if (!this.job) return;
    try {
      await answerOf(api.POST("/api/v1/jobs/{job}/cancel", { params: { path: { job: this.job.id } } }));
      await this.look();
    } catch (error) {
      this.trouble = error;
    }
  }

  /** Stop following; the work goes on. */
  leave(): void {
    this.events?.close();
    this.events = null;
    clearInterval(this.timer);
    this.timer = 0;
  }
}

/** What each kind of job does, as a heading. */
export const KINDS: Record<string, string> = {
  case_run: "Run of a case",
  report: "Report",
  bundle: "Bundle, with a new run",
  bundle_verify: "Check of a bundle",
  exhibits_verify: "Verification of exhibits",
  packets: "Request packets",
};
