"""Tag files in, a tag set out: every row with a verdict, or one error and nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cointrail.attribution.actors import Actor
from cointrail.attribution.canonical import actor_json, digest_of
from cointrail.attribution.compare import Entry, entry, find_conflicts, find_duplicates
from cointrail.attribution.importers.actorpack import read_actorpack
from cointrail.attribution.importers.csv_tags import read_csv_tags
from cointrail.attribution.importers.ofac import read_plain_list
from cointrail.attribution.importers.rows import ActorRow, ParsedFile
from cointrail.attribution.importers.tagpack import read_tagpack
from cointrail.attribution.importers.yaml_text import Fields, parse_yaml
from cointrail.attribution.judge import Judged, judge_row
from cointrail.attribution.safe_text import safe_text
from cointrail.attribution.tags import RowVerdict, TagFile, TagSet, Verdict
from cointrail.attribution.text_file import TextFile, read_text
from cointrail.chain.network import Network
from cointrail.errors import BadTag

_YAML = frozenset({".yaml", ".yml"})
_TABLE = frozenset({".csv", ".tsv"})
_LIST = frozenset({".txt", ".list", ""})


def load_tags(paths: Sequence[Path], network: Network) -> TagSet:
    """Read TagPacks, ActorPacks, plain address lists and CSV tables into one tag set.

    Every tag and every actor of the files gets one verdict, so the counts of `TagSet.counts()` add up
    to the rows of `TagSet.files`. The order of `paths` changes neither the digest nor what is kept.

    Raises:
        BadTag: a file as a whole cannot be read or trusted; names path and line.
    """
    files: list[TagFile] = []
    judged: list[tuple[str, int, Judged]] = []
    described: list[tuple[str, ActorRow]] = []
    for path in paths:
        text = read_text(path, BadTag)
        parsed = _parse(text)
        name = str(path)
        rows = len(parsed.tags) + len(parsed.actors)
        files.append(TagFile(name, parsed.format, rows, text.sha256, parsed.warnings))
        judged += [(name, row.line, judge_row(row, parsed.pack, network)) for row in parsed.tags]
        described += [(name, row) for row in parsed.actors]
    actors, actor_verdicts = _take_actors(described)
    kept, tag_verdicts = _take_tags(judged, actors)
    return TagSet(
        tags=tuple(item.tag for item in kept),
        actors=actors,
        verdicts=(*tag_verdicts, *actor_verdicts),
        digest=digest_of((item.canonical for item in kept), map(actor_json, actors.values())),
        files=tuple(files),
    )


def _parse(file: TextFile) -> ParsedFile:
    suffix = file.path.suffix.lower()
    if suffix in _YAML:
        return _parse_pack(file)
    if suffix in _TABLE:
        return read_csv_tags(file)
    if suffix in _LIST:
        return read_plain_list(file)
    raise BadTag(
        f"{file.path}: not a known kind of tag file",
        hint="name it *.yaml (TagPack, ActorPack), *.csv (table) or *.txt (one address a line)",
        path=str(file.path),
    )


def _parse_pack(file: TextFile) -> ParsedFile:
    root = parse_yaml(file)
    names = {"tags", "actors"} & set(root.fields) if isinstance(root, Fields) else set()
    if isinstance(root, Fields) and names == {"tags"}:
        return read_tagpack(file.path, root)
    if isinstance(root, Fields) and names == {"actors"}:
        return read_actorpack(file.path, root)
    raise BadTag(
        f"{file.path}, line {root.line}: neither a TagPack nor an ActorPack",
        hint="a TagPack has a list `tags`, an ActorPack a list `actors`, and no file has both",
        path=str(file.path),
        line=root.line,
    )


def _take_tags(
    judged: Sequence[tuple[str, int, Judged]], actors: Mapping[str, Actor]
) -> tuple[list[Entry], list[RowVerdict]]:
    entries = [entry(row.tag, path) for path, _, row in judged if row.tag is not None]
    repeated = find_duplicates(entries)
    kept = [item for position, item in enumerate(entries) if position not in repeated]
    conflicts = find_conflicts(kept, actors)
    verdicts: list[RowVerdict] = []
    position = 0
    for path, line, row in judged:
        verdict, reason = row.verdict, row.reason
        if row.tag is not None:
            rivals = conflicts.get(row.tag.script) if row.tag.script and row.tag.names_controller else None
            if (first := repeated.get(position)) is not None:
                verdict, reason = Verdict.DUPLICATE, f"the same as {entries[first].place}"
            elif rivals:
                verdict, reason = Verdict.CONFLICTING, _rivalry(rivals)
            position += 1
        verdicts.append(RowVerdict(verdict, path, line, row.subject, row.label, reason, row.warnings))
    return kept, verdicts


def _rivalry(rivals: Sequence[str]) -> str:
    return "different holders are named: " + ", ".join(safe_text(rival) for rival in rivals)


def _take_actors(described: Sequence[tuple[str, ActorRow]]) -> tuple[dict[str, Actor], list[RowVerdict]]:
    """One actor an id. Of different descriptions the one whose canonical form sorts first is taken."""
    forms = [actor_json(row.actor) if row.actor else b"" for _, row in described]
    chosen: dict[str, int] = {}
    for position, (_, row) in enumerate(described):
        if row.actor is not None:
            first = chosen.setdefault(row.actor.id, position)
            if forms[position] < forms[first]:
                chosen[row.actor.id] = position
    verdicts: list[RowVerdict] = []
    for position, (path, row) in enumerate(described):
        verdict, reason = row.verdict, row.reason
        if row.actor is not None and (taken := chosen[row.actor.id]) != position:
            place = f"{described[taken][0]}, line {described[taken][1].line}"
            same = forms[taken] == forms[position]
            verdict = Verdict.DUPLICATE if same else Verdict.CONFLICTING
            reason = f"the same as {place}" if same else f"described otherwise in {place}, which is taken"
        label = row.actor.label if row.actor else ""
        verdicts.append(RowVerdict(verdict, path, row.line, row.subject, label, reason, row.warnings))
    actors = {row.actor.id: row.actor for _, row in (described[i] for i in chosen.values()) if row.actor}
    return dict(sorted(actors.items())), verdicts
