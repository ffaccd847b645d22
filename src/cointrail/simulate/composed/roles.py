"""The words of the truth files: what an output is for, what a transaction is, what somebody is."""

from __future__ import annotations

ROLES = {
    "genesis": "the output of block 0, which nobody can spend",
    "coinbase": "newly mined coins and fees, to a pool",
    "commitment": "the witness commitment of a coinbase",
    "data": "carries data, spendable by nobody",
    "payment": "pays somebody else",
    "change": "returns to the hand that paid",
    "self": "moved within one hand without a payment: consolidation, hot to cold, splitting",
    "deposit": "to a deposit address, where the account's service receives it for a customer",
    "sweep": "gathers deposits or takings of the same hand",
    "withdrawal": "a service pays out to a customer",
    "join_equal": "an output of a CoinJoin whose value several share",
    "join_change": "what a participant of a CoinJoin has left over",
    "join_fee": "a coordinator's fee",
    "premix": "a coin cut to the size of a pool, before its first mix",
    "escrow": "held by two of three keys until a purchase is settled",
    "channel": "the funding of a payment channel, owned in common",
    "channel_close": "one side's part of a channel that ends",
    "ransom": "paid by a victim to its extortioner",
    "peel": "the larger rest of a peel chain, still the same hand's",
    "theft": "taken with somebody else's key",
    "bet": "a stake, to a gambling house",
    "prize": "what a gambling house pays back",
    "dust": "a few satoshi sent unasked to a used address",
    "asset": "an inscribed output that changes hands",
    "sale": "the price of an inscribed output, to its seller",
    "swap": "one half of a coin swap",
    "padding": "a small output that a marketplace puts before the traded ones",
}
"""Roles of outputs."""

TX_KINDS = {
    "coinbase": "a block's first",
    "opening": "a service gives a hand its first coins; there is none in the real chain",
    "payment": "one hand pays, alone",
    "payjoin": "payer and payee both put in coins (BIP 78)",
    "withdrawal": "a service pays one customer",
    "batch": "a service pays several customers at once",
    "sweep": "a service gathers deposits",
    "internal": "between wallets of one hand",
    "bump": "a child that pays for its parent, spending its change",
    "payout": "a pool pays its members",
    "mixer_in": "to a custodial mixer",
    "mixer_out": "from a custodial mixer",
    "escrow_in": "into the escrow of a market",
    "escrow_out": "out of the escrow of a market",
    "bet": "a stake",
    "prize": "a payout of a gambling house",
    "ransom": "a victim pays",
    "peel": "a hop of a peel chain",
    "theft": "coins of several hands, taken with their keys",
    "asset_sale": "an inscribed output against its price, each side signing for its part",
    "inscription": "makes an inscribed output",
    "channel_open": "funds a payment channel",
    "dual_open": "two hands fund a payment channel",
    "splice": "a channel takes in or gives out coins",
    "close": "both sides end a channel",
    "force_close": "one side ends a channel alone",
    "claim": "a delayed output of a channel comes home",
    "joinmarket": "a CoinJoin of makers and a taker",
    "wasabi1": "a CoinJoin round with one denomination and a coordinator's fee",
    "wasabi2": "a CoinJoin round with many denominations",
    "tx0": "cuts a coin for the pool; one hand",
    "whirlpool": "a CoinJoin of equal inputs and outputs",
    "consolidation": "many coins into one",
    "dusting": "dust to many",
    "coinswap": "one half of a swap of coins between two hands",
}
"""Kinds of transactions."""

OWNER_KINDS = {
    "person": "a private hand",
    "merchant": "sells goods",
    "exchange": "holds customers' coins",
    "custodian": "holds coins for a service",
    "nested": "a service that lives on an account at an exchange",
    "pool": "mines blocks",
    "mixer": "takes coins and gives others back",
    "market": "lets strangers trade through escrow",
    "casino": "takes bets",
    "extortioner": "is paid ransoms",
    "thief": "spends with stolen keys",
    "coordinator": "runs CoinJoin rounds",
    "duster": "sends dust",
    "router": "runs a node of payment channels",
    "channel": "a payment channel: its two hands in common",
    "swap_service": "swaps coins",
    "nobody": "block 0, data outputs",
}
"""Kinds of owners."""

NOBODY = "nobody"
FEE = "(fee)"
"""In place of a payee in `flows.csv`: what somebody paid to miners."""
MINED = "(mined)"
"""In place of a payer: new coins and collected fees."""

TRUTH_FILES = {
    "outputs": (
        "txid,vout,role,owner,payer,value_sat",
        """every output, in the order of the chain: the nth line is the nth output. `owner` is the first;
        `payer` is empty where several hands paid together""",
    ),
    "scripts": (
        "script_hex,address,owner,owner_kind,role,first_height",
        """every script at its first output, with its first owner; `address` is left empty""",
    ),
    "custody": (
        "script_hex,owner,from_height,until_height",
        """scripts whose key changed hands: who decides from one height until before another. A script that
        is not listed has one owner for good""",
    ),
    "transactions": (
        "txid,height,kind,maker,fee_sat,change",
        """every transaction, in the order of the chain; `change` has the numbers of its change outputs, with
        blanks between, and is empty when there truly is none""",
    ),
    "joins": (
        "txid,side,place,slot,owner",
        """CoinJoins alone: which participant (slot, from 0) brought which input and took which output;
        slot -1 is a coordinator's""",
    ),
    "flows": (
        "payer,payee,count,value_sat",
        """who truly paid whom how much, all in all; `(mined)` pays pools, `(fee)` went to miners. What a hand
        got less what it gave is what it holds at the end""",
    ),
    "entities": (
        "owner,kind,era,profile",
        """every hand: what it is, and its program with the kind of its addresses""",
    ),
    "deposits": (
        "txid,vout,exchange,account,customer,value_sat",
        """what arrived at an exchange for an account""",
    ),
    "withdrawals": (
        "txid,vout,exchange,account,customer,value_sat",
        """what an exchange paid out of an account""",
    ),
}
"""Truth files: columns, and what a line is."""
