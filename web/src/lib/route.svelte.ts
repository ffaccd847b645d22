/** Which page is shown. The address is the state: it can be sent to a colleague on the same server. */

export const here = $state({ path: location.pathname, query: location.search, hash: location.hash });

function look(): void {
  here.path = location.pathname;
  here.query = location.search;
  here.hash = location.hash;
}

export function go(to: string): void {
  history.pushState(null, "", to);
  look();
  scrollTo(0, 0);
  // Readers of screens are told of the new page by its heading.
  requestAnimationFrame(() => document.querySelector<HTMLElement>("main h1")?.focus());
}

addEventListener("popstate", look);

/** What stands behind `#` under a name. It never leaves the browser, so that what is looked for may stand there. */
export function kept(name: string): string | null {
  return new URLSearchParams(here.hash.slice(1)).get(name);
}

/** Keep something behind `#`; null or nothing takes it away. */
export function keep(name: string, value: string | null): void {
  const all = new URLSearchParams(location.hash.slice(1));
  if (value) all.set(name, value);
  else all.delete(name);
  const hash = all.size ? `#${all}` : "";
  history.replaceState(history.state, "", location.pathname + location.search + hash);
  here.hash = hash;
}

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
  /** The cluster under the judgements of a case. */
  judged: (name: string | number, of: string) =>
    `/cluster/${encodeURIComponent(String(name))}/case/${encodeURIComponent(of)}`,
  block: (name: string | number) => `/block/${name}`,
  case: (name: string, tab = "") => `/case/${encodeURIComponent(name)}${tab ? `/${tab}` : ""}`,
  /** The page of what a search found; an outpoint is an output of its transaction. */
  found: (one: { thing: string; name: string }) => {
    if (one.thing === "transaction" || one.thing === "outpoint") return at.tx(one.name.split(":")[0] ?? "");
    return one.thing === "block" ? at.block(one.name) : at.address(one.name);
  },
  trace: (from: string, direction = "forward") => `/trace#${new URLSearchParams({ from, direction })}`,
  peel: (from: string) => `/peel#${new URLSearchParams({ from })}`,
  graph: (kind: "tx" | "address" | "cluster", name: string | number) => `/graph/${kind}/${encodeURIComponent(String(name))}`,
  /** Behind `#`, so that no server and no log ever sees which path is drawn. */
  path: (name: string, path: string) => `/case/${encodeURIComponent(name)}/graph#path=${encodeURIComponent(path)}`,
  rule: (id: string) => `/rules/${encodeURIComponent(id)}`,
};
