"""Why worlds differ from real blocks in a feature: what is known of it, in words for the page."""

from __future__ import annotations

WHY = {
    "inputs": (
        "Worlds have fewer ways to gather coins: a hand that has many pays less often with several "
        "than real payers do, and puts them together in one go."
    ),
    "outputs": "Real services pay in batches of every size; worlds have a handful of services.",
    "version": "Follows the shares of wallet programs, which are set by hand for each era.",
    "locktime": "Follows the shares of wallet programs; worlds know no program that sets odd locktimes.",
    "sequence": "Follows the shares of wallet programs; worlds have few programs with numbers of their own.",
    "input_kind": (
        "Follows the shares of wallet programs and services. Worlds have no script path of taproot, "
        "so the reveals of inscriptions are missing, and wallets seldom mix kinds."
    ),
    "multisig": "Worlds have two of three alone; real services also use two of two, and others.",
    "old_key": (
        "Uncompressed keys went out over years, by hand and by program; worlds give them by program alone."
    ),
    "low_r": "Follows the shares of programs that grind, and of taproot, which has no such signature.",
    "flags": "Worlds have one marketplace that signs so.",
    "out_p2pkh": "Whom people pay: a few exchanges and merchants stand for thousands of services.",
    "out_p2sh": "Whom people pay: a few exchanges and merchants stand for thousands of services.",
    "out_p2wpkh": "Whom people pay: a few exchanges and merchants stand for thousands of services.",
    "out_p2wsh": "Whom people pay: a few exchanges and merchants stand for thousands of services.",
    "out_p2tr": "Whom people pay, and inscriptions, which are plain outputs here.",
    "out_data": (
        "One block is full of what was in fashion that day: the mints of one token are eight in ten "
        "transactions of block 866,342."
    ),
    "out_other": "Bare multisig and odd scripts have no agent.",
    "data_bytes": "Each protocol has its own length of note; worlds have one or two.",
    "like_input": "Whom people pay: a few exchanges and merchants stand for thousands of services.",
    "input_order": "Follows the shares of wallet programs.",
    "output_order": "Where programs put change, which sources tell of few programs only.",
    "large_first": "Where programs put change, which sources tell of few programs only.",
    "self_change": "Real services send change back to their one address more often than those of worlds.",
    "same_input": "Reused addresses gather more coins in years than in the weeks of a world.",
    "seen_output": (
        "In a block a service pays and is paid again and again; worlds have a smaller circle, in "
        "which one meets the same addresses sooner."
    ),
    "chained": "Real services spend their change at once; worlds wait for a block where they can.",
    "largest": (
        "Regtest has 15,000 bitcoin, so nobody is as rich as real exchanges; and sums of one hand follow "
        "one curve here, while real services each have their own."
    ),
    "smallest": (
        "As for the largest value; and real change runs down to dust, while worlds begin with like coins."
    ),
    "equal": "Real batches pay the same sum to many.",
    "round_most": "How many digits people type follows prices and services; worlds have one table.",
    "round_least": (
        "Where payment, change and fee are all round, coins came in round and fees were fixed sums; "
        "in worlds one odd coin spoils that for good."
    ),
    "dust": "Messages and tokens that ride on dust were in fashion one at a time.",
    "fee_rate": "A block is a moment: its rates depend on what waited. Worlds have no mempool.",
    "coin_age": (
        "A world is weeks long and its blocks lie hours or days apart, so no coin is minutes or years old."
    ),
}
"""By feature."""

ERA_NOTES = {
    2013: (
        "Four blocks, from March 2013 to January 2014. Whoever bet at the games of that time was paid "
        "back at one address; half of all inputs show an uncompressed key."
    ),
    2016: (
        "Two blocks, March and May 2016. Many transactions are round on both sides: fixed fees, and "
        "services that move round sums."
    ),
    2018: (
        "One block of March 2018, quieter than the weeks before; segwit is new, nested by two of "
        "three at one custodian. There is no second block to say what a day's difference is."
    ),
    2021: (
        "One block of September 2021, before taproot. There is no second block to say what a day's "
        "difference is."
    ),
    2025: (
        "One block of October 2024, full of one token's mints, and a mempool of 2024, full of "
        "inscriptions, in equal parts. They differ from each other as much as worlds do from both. "
        "Neighbours in the block are left out of the classifier, as a mempool has none."
    ),
}
"""By era: what its real transactions are, and what stands out."""
