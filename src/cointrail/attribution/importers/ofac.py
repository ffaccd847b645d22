"""Plain address lists: one address a line, `#` comments; as published from OFAC's sanctions list.

Such a list says that an address is listed and nothing about whose it is or what else its holder owns:
its tags are of type `mention` and never spread over a cluster.
"""

from __future__ import annotations

from cointrail.attribution.importers.rows import ParsedFile, TagRow
from cointrail.attribution.text_file import TextFile, leading_facts
from cointrail.errors import BadTag

_OFAC = {
    "label": "OFAC SDN list",
    "source": "OFAC Specially Designated Nationals list",
    "category": "sanction",
    "confidence": "authority_data",
}
_TAKEN = ("label", "source", "lastmod", "confidence")


def read_plain_list(file: TextFile) -> ParsedFile:
    """A tag for every line that is not blank and not a comment; text behind ` #` on a line is its context.

    Leading lines `# label:`, `# source:`, `# category:`, `# lastmod:` and `# confidence:` say what the
    list is. A file whose name has `ofac` or `sdn` in it needs none of them.

    Raises:
        BadTag: nothing says what the list is.
    """
    facts = leading_facts(file.text)
    if any(word in file.path.name.lower() for word in ("ofac", "sdn")):
        facts = _OFAC | facts
    if missing := [name for name in ("label", "source") if name not in facts]:
        raise BadTag(
            f"{file.path}, line 1: a plain address list that does not say what it is: no {missing[0]}",
            hint="start the file with the lines `# label: ...` and `# source: ...`",
            path=str(file.path),
            line=1,
        )
    shared = {name: facts[name] for name in _TAKEN if name in facts}
    shared |= {"tag_type": "mention", "is_cluster_definer": "false"}
    categories = (facts["category"],) if "category" in facts else ()
    rows: list[TagRow] = []
    for number, line in enumerate(file.text.split("\n"), start=1):
        address, _, note = line.partition("#")
        if address.strip():
            context = {"context": note.strip()} if note.strip() else {}
            rows.append(TagRow({**shared, "address": address.strip(), **context}, number, categories))
    return ParsedFile(format="plain list", pack=facts["label"], tags=tuple(rows))
