/** One act of whoever works on a case: busy, then done or refused in the server's words. */
export class Doing {
  busy = $state(false);
  trouble = $state<unknown>(null);
  says = $state("");

  /** Do it; true when it was done. `act` says in a sentence what came of it. */
  async run(act: () => Promise<string>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.trouble = null;
    this.says = "";
    try {
      this.says = await act();
    } catch (error) {
      this.trouble = error;
    }
    this.busy = false;
    return this.trouble === null;
  }
}
