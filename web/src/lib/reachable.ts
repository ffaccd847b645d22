/** What scrolls sideways must be reached by keyboard; what does not, must not stop it. */
export function reachable(place: HTMLElement): () => void {
  const look = () => {
    if (place.scrollWidth > place.clientWidth + 1) {
      place.tabIndex = 0;
      place.setAttribute("role", "group");
      place.setAttribute("aria-label", "scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) place.removeAttribute(name);
    }
  };
  const watch = new ResizeObserver(look);
  watch.observe(place);
  if (place.firstElementChild) watch.observe(place.firstElementChild);
  return () => watch.disconnect();
}
