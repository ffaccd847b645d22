/** What each action of a journal did, in words. */
export const ACTIONS: Record<string, string> = {
  "case.open": "opened the case",
  "case.terms": "said how it is to be run",
  "seeds.add": "added seeds",
  "note.add": "noted something",
  "judgement.add": "judged a link",
  "document.add": "added a document",
  "drawing.add": "put a drawing on the case",
  "deadline.add": "set a deadline",
  "deadline.done": "met a deadline",
  "request.add": "prepared a request",
  "request.status": "moved a request",
  "answer.add": "took an answer",
  "exhibit.add": "took an exhibit",
  "finding.add": "stated a finding",
  "output.add": "made something that leaves the case",
  undo: "undid an entry",
};
