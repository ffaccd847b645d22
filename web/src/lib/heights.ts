/** The height of a day: the last block whose time, as its miner wrote it, is not after the day's end. */
import { answerOf, api } from "./api";

export async function heightAt(day: string, tip: number): Promise<number> {
  const until = Date.parse(`${day}T23:59:59Z`);
  let [low, high] = [0, tip];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const block = await answerOf(
      api.GET("/api/v1/blocks/{name}", { params: { path: { name: String(middle) }, query: { limit: 1 } } }),
    );
    if (Date.parse(block.time_utc) <= until) low = middle;
    else high = middle - 1;
  }
  return low;
}
