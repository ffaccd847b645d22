"""The trails of a case as a graph (GraphML): outputs, exchanges and the service, with their value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from cointrail.report.case_tables import CaseTables

SERVICE = "service"
"""The id of the node that stands for the service under investigation."""

KEYS = (
    ("kind", "node", "string"),
    ("label", "node", "string"),
    ("value_sat", "node", "long"),
    ("time_utc", "node", "string"),
    ("address", "node", "string"),
    ("jurisdiction", "node", "string"),
    ("legal_entity", "node", "string"),
    ("statement", "edge", "string"),
    ("relation", "edge", "string"),
    ("fifo_sat", "edge", "long"),
)
"""Attributes: name, of what, type. An attribute that is not known is left out."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped. Source: XML 1.0, production 2."""


@dataclass(slots=True)
class Graph:
    """Nodes by id and edges by (from, to, relation), each with its attributes."""

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)

    def node(self, name: str, **known: str) -> None:
        """Add a node, or what more is known of one."""
        self.nodes.setdefault(name, {}).update({key: text for key, text in known.items() if text})

    def edge(self, start: str, end: str, relation: str, statement: str, sat: int | None = None) -> None:
        """Add an edge in the direction of value; value on the same edge adds up."""
        found = self.edges.setdefault((start, end, relation), {"statement": statement})
        if sat is not None:
            found["fifo_sat"] = str(int(found.get("fifo_sat", "0")) + sat)


def graphml_of(case: CaseTables) -> bytes:
    """The graph of a case as GraphML. The same tables give the same bytes."""
    return graphml_text(graph_of(case)).encode()


def graphml_text(graph: Graph) -> str:
    """A graph as GraphML."""
    return "".join(_lines(graph))


def graph_of(case: CaseTables) -> Graph:
    """The graph of a case.

    An edge between two outputs is a ledger fact: a transaction spends the one and makes the other. An edge
    of an exchange is a claim. An edge of the service is an inference: the output lies in its cluster.
    """
    graph = Graph()
    graph.node(SERVICE, kind="service", label="the service under investigation")
    for row in case.payments.records(("outpoint", "value_sat", "time_utc", "address", "class")):
        if row["class"] == "payment":
            _output(graph, row["outpoint"], row)
            graph.edge(row["outpoint"], SERVICE, "paid_to", "inference", int(row["value_sat"]))
    for row in case.leads.records():
        _exchange(graph, row)
        known = {name: row[f"withdrawal_{name}"] for name in ("value_sat", "time_utc", "address")}
        _output(graph, row["withdrawal_outpoint"], known)
        graph.edge(
            _id(row), row["withdrawal_outpoint"], "withdrawn_from", "attribution", int(row["fifo_sat"])
        )
        _path(graph, row["path"].split("<-")[::-1])
    for row in case.proceeds.records():
        if row["class"] == "outflow":
            known = {name: row[f"outflow_{name}"] for name in ("value_sat", "time_utc", "address")}
            _output(graph, row["outflow_outpoint"], known)
            graph.edge(SERVICE, row["outflow_outpoint"], "sent_by", "inference", int(row["fifo_sat"]))
        if row["class"] == "outflow" and row["exchange"]:
            _exchange(graph, row)
            known = {name: row[f"end_{name}"] for name in ("value_sat", "time_utc", "address")}
            _output(graph, row["end_outpoint"], known)
            graph.edge(row["end_outpoint"], _id(row), "deposited_at", "attribution", int(row["fifo_sat"]))
            _path(graph, row["path"].split("->"))
    return graph


def _id(row: dict[str, str]) -> str:
    return f"exchange:{row['exchange']}:{row['jurisdiction']}"


def _exchange(graph: Graph, row: dict[str, str]) -> None:
    known = {name: row[name] for name in ("jurisdiction", "legal_entity")}
    graph.node(_id(row), kind="exchange", label=row["exchange"], **known)


def _output(graph: Graph, outpoint: str, known: dict[str, str]) -> None:
    facts = {name: known[name] for name in ("value_sat", "time_utc", "address")}
    graph.node(outpoint, kind="output", label=outpoint, **facts)


def _path(graph: Graph, outpoints: list[str]) -> None:
    """Outputs in the direction of value."""
    for outpoint in outpoints:
        graph.node(outpoint, kind="output", label=outpoint)
    for start, end in pairwise(outpoints):
        graph.edge(start, end, "spent_into", "fact")


def xml_text(text: str) -> str:
    """The text as XML holds it; what XML forbids is spelt out."""
    return _ILLEGAL.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)


def _lines(graph: Graph) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    types = {}
    for name, of, kind in KEYS:
        types[of, name] = f"{of[0]}_{name}"
        yield f'<key id="{of[0]}_{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '<graph id="case" edgedefault="directed">\n'
    for name, known in graph.nodes.items():
        yield f"<node id={_quoted(name)}>{_data('node', known, types)}</node>\n"
    for place, ((start, end, relation), known) in enumerate(graph.edges.items()):
        data = _data("edge", {"relation": relation, **known}, types)
        yield f'<edge id="e{place}" source={_quoted(start)} target={_quoted(end)}>{data}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _quoted(text: str) -> str:
    return quoteattr(xml_text(text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _data(of: str, known: dict[str, str], types: dict[tuple[str, str], str]) -> str:
    return "".join(
        f'<data key="{types[of, name]}">{escape(xml_text(text))}</data>' for name, text in known.items()
    )
