/** Which page is shown. The address is the state: it can be sent to a colleague on the same server. */

export const here = $state({ path: location.pathname, query: location.search });

export function go(to: string): void {
  history.pushState(null, "", to);
  here.path = location.pathname;
  here.query = location.search;
  scrollTo(0, 0);
  // Readers of screens are told of the new page by its heading.
  requestAnimationFrame(() => document.querySelector<HTMLElement>("main h1")?.focus());
}

addEventListener("popstate", () => {
  here.path = location.pathname;
  here.query = location.search;
});

/** Follow links of this page without loading it anew. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  if (!link || link.origin !== location.origin || link.hasAttribute("download")) return;
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
}

export const at = {
  tx: (txid: string) => `/tx/${txid}`,
  address: (name: string) => `/address/${encodeURIComponent(name)}`,
  cluster: (name: string | number) => `/cluster/${encodeURIComponent(String(name))}`,
  block: (name: string | number) => `/block/${name}`,
  case: (name: string, tab = "") => `/case/${encodeURIComponent(name)}${tab ? `/${tab}` : ""}`,
  /** The page of what a search found; an outpoint is an output of its transaction. */
  found: (one: { thing: string; name: string }) => {
    if (one.thing === "transaction" || one.thing === "outpoint") return at.tx(one.name.split(":")[0] ?? "");
    return one.thing === "block" ? at.block(one.name) : at.address(one.name);
  },
  graph: (kind: "tx" | "address" | "cluster", name: string | number) => `/graph/${kind}/${encodeURIComponent(String(name))}`,
  /** Behind `#`, so that no server and no log ever sees which path is drawn. */
  path: (name: string, path: string) => `/case/${encodeURIComponent(name)}/graph#path=${encodeURIComponent(path)}`,
  rule: (id: string) => `/rules/${encodeURIComponent(id)}`,
};
