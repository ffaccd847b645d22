/** The case that something was last put on: the next one goes there too, until the page is loaded anew. */
export const current = $state({ case: "" });
