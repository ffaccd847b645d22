/** Whether the page is being printed: then a list is as long on paper as it may be. */
export class Paper {
  now = $state(false);

  constructor() {
    $effect(() => {
      const paper = matchMedia("print");
      const look = () => (this.now = paper.matches);
      const before = () => (this.now = true);
      const after = () => (this.now = false);
      paper.addEventListener("change", look);
      addEventListener("beforeprint", before);
      addEventListener("afterprint", after);
      return () => {
        paper.removeEventListener("change", look);
        removeEventListener("beforeprint", before);
        removeEventListener("afterprint", after);
      };
    });
  }
}
