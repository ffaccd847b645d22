/** What the page reads of a run's summary; `docs/reference/tables.md` describes it. */
import { words } from "./trace";
import { counted } from "./words";

export interface Fiat {
  value: string | null;
  currency: string;
  convention: string;
  valued: number;
  without_rate: number;
}

export interface Tally {
  count: number;
  value_sat: number;
}

interface Expected {
  expected_wrong: string;
  expected_wrong_at_payjoin_5: string;
  rows: number;
  rows_not_measured: number;
  convention: string;
}

/** `54.77 leads if no link is a payjoin, 3,661.35 if 5 % of those links are that can be`. */
export function wrongAtMost(error: Expected): string {
  return `${rowsOf(error.expected_wrong)} leads if no link is a payjoin, ${rowsOf(error.expected_wrong_at_payjoin_5)} if 5 % of those links are that can be`;
}

/** Flow policies in their order: `haircut first, FIFO beside it`. */
export const inOrder = (policies: string[]) => policies.map((one, place) => `${words(one)} ${place ? "beside it" : "first"}`).join(", ");

/** What decides which leads count, and which do not, where values stand by FIFO. */
export function countedBy(policies: string[]): string {
  const first = words(policies[0] ?? "");
  return `Counted where value comes by ${first}, which this run’s findings go by${first === "FIFO" ? "" : "; values named so are by FIFO all the same"}.`;
}

/** `cluster no. 345, of 150 scripts by the rules alone, became no. 345 (144 scripts) and no. 1201 (6 scripts)`. */
export function becameWords({ label, scripts, now }: JudgedCluster): string {
  const parts = now.map((one) => `no. ${one.label} (${counted(one.scripts, "script")})`);
  return `cluster no. ${label}, of ${counted(scripts, "script")} by the rules alone, became ${parts.join(" and ")}`;
}

/** Rows with two places, as they were told. */
function rowsOf(text: string): string {
  return text.replace(/\B(?=(\d{3})+\.)/g, ",");
}

export interface Service {
  exchange?: string;
  legal_entity?: string;
  jurisdiction: string;
  payments_same_hand: number;
  payments_upstream: number;
  withdrawals: number;
  paid_fifo_sat: string;
  paid_same_hand_fifo_sat: string;
  paid_upstream_fifo_sat: string;
  deposits_same_hand: number;
  deposits_downstream: number;
  deposited_fifo_sat: string;
}

interface JudgementEntry {
  id: string;
  kind: string;
  who: string;
  when: string;
  why: string;
}

/** A cluster of the rules alone, and those that hold its scripts under judgements. */
export interface JudgedCluster {
  label: number;
  scripts: number;
  now: { label: number; scripts: number }[];
}

export interface Summary {
  reference: string;
  legal_basis: string;
  network: string;
  basis_digest: string;
  tip: { hash: string; height: number; time_utc: string };
  period: { from: string | null; to: string | null };
  policies: string[];
  remarks: string[];
  clusters: { label: number; address: string; scripts: number; seeds: number }[];
  judgements: { entries: JudgementEntry[]; clusters: JudgedCluster[]; left_out: unknown[] };
  payments: Tally & {
    fiat_at_payment_time: Fiat;
    fiat_at_report_date: Fiat | null;
    outcomes: Record<string, Tally>;
  };
  leads: Pick<Service, "payments_same_hand" | "payments_upstream" | "paid_same_hand_fifo_sat" | "paid_upstream_fifo_sat"> & {
    rows: number;
    error: Expected;
    note: string;
  };
  by_exchange: Service[];
  by_jurisdiction: Service[];
}
