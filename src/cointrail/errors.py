"""The error tree.

    CointrailError
    ├── BadInput            what a person typed or a file holds cannot be read
    │   ├── BadAddress          not an address, or of another network
    │   ├── BadOutpoint         not `txid:vout`
    │   ├── BadTag              a tag file that cannot be trusted
    │   ├── BadPrice            a price table that cannot be read
    │   ├── BadCase             a case file that cannot be run
    │   ├── NoSuchCase          the case database does not hold it
    │   └── BadQuery            SQL that cannot be run
    ├── BadBlocks           a blocks directory that cannot be used
    │   ├── DecodeError         bytes that are not a block, a transaction or an undo record
    │   ├── IncompleteBlocks    heights are missing
    │   └── WrongNetwork        blocks of another network
    ├── StoreError          the store cannot do that
    │   ├── EmptyStore          it was made, and has no block yet
    │   ├── StoreBusy           another process is writing
    │   ├── StoreCorrupt        its files disagree with each other or with the blocks
    │   ├── DeepReorg           the chain changed below the settled part
    │   └── StoreUnwritable     read-only, or no space left
    ├── CaseStoreError      the case database cannot do that
    │   ├── CaseStoreBusy       another process keeps it busy
    │   └── BadJournal          a journal that is not what was written, or cannot be followed
    ├── ChainMoved          what was begun rests on another state of the chain
    ├── WalkGone            a walk that could not be followed as far again
    ├── Outdated            somebody else has kept a newer state since
    ├── JobsFull            too much long work waits already
    ├── ServerBusy          a server has as much at a time as it takes
    ├── NotConserved        a trace whose ends do not add up to its start
    ├── BundleFails         a bundle that its own program finds fault with
    └── NotFound            asked for something the chain does not hold

An error says what was given, what is wrong with it and what to do. `code` is stable;
scripts may match on it. `facts` are the same things as values.
"""

from __future__ import annotations

from typing import ClassVar


class CointrailError(Exception):
    """Base of every error raised on purpose."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.hint = hint
        self.facts = facts


class BadInput(CointrailError):
    """What a person typed, or a file holds, cannot be read."""

    code = "bad_input"


class BadAddress(BadInput):
    """Not an address, or an address of another network."""

    code = "bad_address"


class BadOutpoint(BadInput):
    """Not `txid:vout`."""

    code = "bad_outpoint"


class BadTag(BadInput):
    """A tag file that cannot be trusted."""

    code = "bad_tag"


class BadPrice(BadInput):
    """A price table that cannot be read."""

    code = "bad_price"


class BadCase(BadInput):
    """A case file that cannot be run."""

    code = "bad_case"


class NoSuchCase(BadInput):
    """The case database does not hold that case, or that part of it."""

    code = "no_such_case"


class BadQuery(BadInput):
    """SQL that cannot be run, or may not be."""

    code = "bad_query"


class BadBlocks(CointrailError):
    """A blocks directory that cannot be used."""

    code = "bad_blocks"


class DecodeError(BadBlocks):
    """Bytes that are not a block, a transaction or an undo record."""

    code = "decode"


class IncompleteBlocks(BadBlocks):
    """Heights are missing."""

    code = "incomplete_blocks"


class WrongNetwork(BadBlocks):
    """Blocks of another network."""

    code = "wrong_network"


class StoreError(CointrailError):
    """The store cannot do that."""

    code = "store"


class EmptyStore(StoreError):
    """The store was made and has no block yet."""

    code = "store_empty"


class StoreBusy(StoreError):
    """Another process is writing."""

    code = "store_busy"


class StoreCorrupt(StoreError):
    """The store's files disagree with each other or with the blocks."""

    code = "store_corrupt"


class DeepReorg(StoreError):
    """The chain changed below the settled part."""

    code = "deep_reorg"


class StoreUnwritable(StoreError):
    """The store is read-only, or no space is left."""

    code = "store_unwritable"


class CaseStoreError(CointrailError):
    """The case database cannot do that."""

    code = "case_store"


class CaseStoreBusy(CaseStoreError):
    """Another process keeps the case database busy."""

    code = "case_store_busy"


class BadJournal(CaseStoreError):
    """A journal that is not what was written, or an entry that cannot follow in it."""

    code = "bad_journal"


class ChainMoved(CointrailError):
    """What was begun rests on another state of the chain than answers come from now."""

    code = "chain_moved"


class WalkGone(CointrailError):
    """A walk is to go on, was kept no longer, and could not be followed as far again in time."""

    code = "walk_gone"


class Outdated(CointrailError):
    """Somebody else has kept a newer state since."""

    code = "outdated"


class JobsFull(CointrailError):
    """Too much long work waits already."""

    code = "jobs_full"


class ServerBusy(CointrailError):
    """The server has as much at a time as it takes."""

    code = "server_busy"


class NotConserved(CointrailError):
    """A trace whose ends do not add up to its start: nothing of it may be used."""

    code = "not_conserved"


class BundleFails(CointrailError):
    """A bundle that its own program finds fault with: it was not kept."""

    code = "bundle_fails"


class NotFound(CointrailError):
    """Asked for something that the chain does not hold."""

    code = "not_found"
