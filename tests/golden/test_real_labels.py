"""Public tag packs, sanction lists and prices, counted, so that a change of verdict shows."""

from __future__ import annotations

from pathlib import Path

import pytest
import zstandard

from cointrail.attribution.load import load_tags
from cointrail.attribution.tags import TagSet, Verdict
from cointrail.valuation.rates import RateBook, money_text, value_of
from support.price_files import at, price
from support.tag_files import MAINNET

# file: rows, accepted, duplicate, conflicting, bad checksum, bad address, wrong network, unsupported
COUNTS = {
    "binance_hack": (44, 44, 0, 0, 0, 0, 0, 0),
    "blender_io": (45, 45, 0, 0, 0, 0, 0, 0),
    "chaininfo": (122, 122, 0, 0, 0, 0, 0, 0),
    "exchange-wallets-binance": (86, 4, 0, 0, 0, 0, 0, 82),
    "exchange-wallets-bitfinexcom": (135, 3, 0, 0, 0, 0, 0, 132),
    "exchange-wallets-bybit": (8, 4, 0, 0, 0, 0, 0, 4),
    "exchange-wallets-cryptocom": (10, 6, 0, 0, 0, 0, 0, 4),
    "exchange-wallets-deribit": (18, 7, 0, 0, 0, 0, 0, 11),
    "exchange-wallets-huobi": (58, 3, 0, 0, 0, 0, 0, 55),
    "exchange-wallets-kucoin": (59, 4, 0, 0, 0, 0, 0, 55),
    "exchange-wallets-okx": (36, 23, 0, 0, 0, 0, 0, 13),
    "exchange-wallets-swissborg": (14, 6, 0, 0, 0, 0, 0, 8),
    "hacks": (608, 604, 0, 4, 0, 0, 0, 0),
    "hydra": (117, 117, 0, 0, 0, 0, 0, 0),
    "interpol-real_services": (10, 7, 0, 0, 0, 0, 0, 3),
    "lazarus2": (6, 6, 0, 0, 0, 0, 0, 0),
    "miners_additional": (234, 234, 0, 0, 0, 0, 0, 0),
    "mixing_fc2021": (66, 66, 0, 0, 0, 0, 0, 0),
    "plustoken": (12, 10, 0, 0, 1, 1, 0, 0),
    "ponzi_scheme": (52, 52, 0, 0, 0, 0, 0, 0),
    "ransomware": (7178, 7178, 0, 0, 0, 0, 0, 0),
    "ransomwhere": (7457, 7457, 0, 0, 0, 0, 0, 0),
    "service-wallets-checksig": (247, 247, 0, 0, 0, 0, 0, 0),
    "walletexplorer": (386, 386, 0, 0, 0, 0, 0, 0),
    "ofac_XBT_0xB10C_2024-09-27": (435, 434, 0, 0, 0, 0, 1, 0),
    "ofac_XBT_brave_2025-11-19": (517, 516, 0, 0, 0, 0, 1, 0),
}
ORDER = (
    Verdict.ACCEPTED,
    Verdict.DUPLICATE,
    Verdict.CONFLICTING,
    Verdict.BAD_CHECKSUM,
    Verdict.BAD_ADDRESS,
    Verdict.WRONG_NETWORK,
    Verdict.UNSUPPORTED,
)

CARD = """\
file = "{file}"
format = "days_since_genesis"
source = "bitcoinresearchkit/brk, brk_oracle examples"
convention = "daily close, 24:00 UTC"
currency = "USD"
"""


@pytest.fixture(scope="module", name="label_files")
def unpacked_label_files(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("labels")
    paths = sorted((real_data / "labels" / "tagpacks").glob("*.yaml"))
    for packed in sorted((real_data / "labels" / "tagpacks").glob("*.yaml.zst")):
        path = folder / packed.stem
        path.write_bytes(zstandard.ZstdDecompressor().decompressobj().decompress(packed.read_bytes()))
        paths.append(path)
    return paths + sorted((real_data / "labels" / "ofac").glob("*.txt"))


@pytest.fixture(scope="module", name="all_tags")
def whole_tag_set(label_files: list[Path]) -> TagSet:
    return load_tags(label_files, MAINNET)


@pytest.fixture(scope="module", name="prices")
def real_prices(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RateBook:
    card = tmp_path_factory.mktemp("prices") / "brk.toml"
    file = real_data / "prices" / "brk_date_price_ohlc.json"
    card.write_text(CARD.format(file=file), encoding="utf-8")
    return RateBook.load([card])


def row_counts(found: TagSet) -> tuple[int, ...]:
    counts = found.counts()
    assert sum(counts.values()) == sum(file.rows for file in found.files)
    assert counts[Verdict.INCOMPLETE] == 0
    return (sum(counts.values()), *(counts[verdict] for verdict in ORDER))


def test_every_public_file_gives_these_verdicts(label_files: list[Path]) -> None:
    assert {path.stem: row_counts(load_tags([path], MAINNET)) for path in label_files} == COUNTS


def test_all_public_files_together_give_these_verdicts(all_tags: TagSet) -> None:
    assert row_counts(all_tags) == (17_960, 17_117, 434, 38, 1, 1, 2, 367)
    assert len(all_tags.tags) == 17_117 + 38


def test_the_digest_of_all_public_tags_is_the_same_in_any_order(
    all_tags: TagSet, label_files: list[Path]
) -> None:
    assert load_tags(label_files[::-1], MAINNET).digest == all_tags.digest


def test_the_later_sanction_list_repeats_the_earlier_one(real_data: Path) -> None:
    earlier, later = sorted((real_data / "labels" / "ofac").glob("*.txt"))
    both = load_tags([earlier, later], MAINNET).counts()
    assert both[Verdict.DUPLICATE] == 434
    assert both[Verdict.ACCEPTED] == 516


def test_the_row_that_is_no_bitcoin_address_is_named_with_its_line(real_data: Path) -> None:
    (path,) = (real_data / "labels" / "ofac").glob("*2024*.txt")
    (row,) = (row for row in load_tags([path], MAINNET).verdicts if row.verdict is Verdict.WRONG_NETWORK)
    assert (row.subject, row.line) == ("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", 355)
    assert "belongs to no network of bitcoin" in row.reason


def test_conflicting_public_labels_name_both_holders(all_tags: TagSet) -> None:
    rows = [row for row in all_tags.verdicts if row.subject == "1Ni8z1MbaF4ri8GGE67BWtLu66YnXj2BuW"]
    assert {row.label for row in rows} == {"Bter.com", "Bter hack"}
    assert {row.reason for row in rows} == {"different holders are named: bter, Bter hack"}


@pytest.mark.parametrize(
    ("day", "close"),
    [
        ("2009-01-03", None),
        ("2010-07-11", None),
        ("2010-07-12", "0.01"),
        ("2013-04-11", "124.9"),
        ("2015-06-01", "222.0"),
        ("2017-12-17", "19128.27"),
        ("2018-03-31", "6922.18"),
        ("2026-02-12", "65602.07"),
        ("2026-02-13", None),
    ],
)
def test_public_prices_stand_on_their_days(prices: RateBook, day: str, close: str | None) -> None:
    assert price(prices, f"{day}T12:00") == close


def test_public_prices_have_no_gap(prices: RateBook) -> None:
    (table,) = prices.tables
    assert len(table.starts) == 5_695
    assert table.starts[-1] - table.starts[0] == 5_694 * table.interval


def test_a_public_price_values_a_payment_in_another_currency(prices: RateBook) -> None:
    rate = prices.rate_at(at("2018-03-31T12:00"), "KRW")
    assert money_text(value_of(12_345_678, rate), "KRW") == "909239"
