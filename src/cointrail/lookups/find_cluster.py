"""From what a person typed to a cluster."""

from __future__ import annotations

from cointrail.errors import BadInput
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.views import ClusterRef

_LONGEST_LABEL = 80
"""Characters of what may be a label, and of what a message repeats; Python reads no endless number."""


def get_cluster(desk: LookupDesk, text: str) -> ClusterRef:
    """A cluster by its label, or by an address, outpoint or script that lies in it.

    Raises:
        BadInput: it cannot be read, or is a number that is no label.
        NotFound: the chain does not hold it.
    """
    text = text.strip()
    if not _is_number(text):
        return desk.cluster(get_script_num(desk.snapshot, text))
    label = _read_label(desk, text)
    desk.clusters.members(label)
    return desk.cluster(label)


def get_cluster_script(desk: LookupDesk, text: str) -> int:
    """A script by its number, or by an address, outpoint or script; a number need not be a label now.

    Raises:
        BadInput: it cannot be read, or is no script number.
        NotFound: the chain does not hold it.
    """
    text = text.strip()
    return _read_label(desk, text) if _is_number(text) else get_script_num(desk.snapshot, text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _read_label(desk: LookupDesk, text: str) -> int:
    label = int(text) if len(text) <= _LONGEST_LABEL else desk.snapshot.n_scripts
    if label >= desk.snapshot.n_scripts:
        raise BadInput(
            f"`{text[:_LONGEST_LABEL]}` is no cluster label: "
            f"the last script has number {desk.snapshot.n_scripts - 1}",
            hint="name a cluster by an address in it",
            value=text,
        )
    return label
