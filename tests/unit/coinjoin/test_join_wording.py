"""What is said of a join: what the models allow, and nothing more."""

from __future__ import annotations

from cointrail.chain.network import get_network
from cointrail.coinjoin.amounts import AmountOptions
from cointrail.coinjoin.analysis import JoinAnalysis, JoinOptions, analyse
from cointrail.coinjoin.anonymity import Later, Removal, Reveal
from support.chains import tx

MIX = tx("a:1000 b:1010 c:1005", "x:1000 y:1000 z:1000", height=100)
ROUND = tx(
    "m1:1_500_000 m2:1_300_000 t:9_000_000",
    "x:1_000_000 y:1_000_000 z:1_000_000 c1:500_700 c2:300_300 c3:7_990_000",
)
NEVER = ("came from", "comes from", "tainted", "likely", "probably", "belongs to")


def analysed(one: object = MIX, **options: object) -> JoinAnalysis:
    return analyse(one, get_network("mainnet"), **options)  # type: ignore[arg-type]


def said(found: JoinAnalysis) -> str:
    return "\n".join(found.statements)


def test_an_equal_output_is_called_one_of_k_with_its_assumption() -> None:
    assert "was one of 3 when it was made, if each of the 3 input scripts is another party's" in said(
        analysed()
    )


def test_later_knowledge_is_told_with_its_height() -> None:
    later = Later(200, 3, (Removal(1, Reveal.WITH_CHANGE, 150),))
    assert "By height 200 1 of them were told apart; each other one is one of 2." in said(
        analysed(later=later)
    )
    assert "By height 200 nothing told them apart" in said(analysed(later=Later(200, 3, ())))


def test_a_change_is_called_a_path_only_where_both_models_have_it_in_every_mapping() -> None:
    found = analysed(ROUND)
    assert found.paths == (((0,), 3), ((1,), 4), ((2,), 5))
    assert all(link.many_to_many == link.one_to_one == "1" for link in found.links if link.path)
    assert "Input 0 and output 3 belong together by exact sums" in said(found)


def test_without_the_maker_fee_one_model_has_no_say_so_nothing_is_a_path() -> None:
    found = analysed(ROUND, options=JoinOptions(auto_maker_fee=False))
    assert found.models[1].abstained
    assert found.in_every_mapping
    assert found.paths == ()
    assert "only if no party paid another" in said(found)
    assert "Nothing here is called a path: that takes both models." in said(found)


def test_the_maker_fee_of_a_reading_that_fits_is_taken_and_told() -> None:
    found = analysed(ROUND)
    assert found.options.amounts.maker_fee == 20_000
    assert "paid up to 20,000 sat for taking part" in said(found)
    named = analysed(ROUND, options=JoinOptions(amounts=AmountOptions(maker_fee=900)))
    assert named.options.amounts.maker_fee == 900


def test_no_sentence_says_where_an_output_came_from() -> None:
    for found in (analysed(), analysed(ROUND), analysed(tx("a:9", "b:8")), analysed(tx("a:?", "b:8"))):
        assert not [word for word in NEVER if word in said(found)]


def test_the_first_sentence_says_whether_it_is_a_join_at_all() -> None:
    assert analysed(ROUND).statements[0] == (
        "Its inputs are taken for several people's: coinjoin.joinmarket, coinjoin.equal_outputs."
    )
    assert analysed(tx("a:9 b:7", "c:8 d:7")).statements[0].startswith("Nothing marks this transaction")


def test_an_input_that_is_not_known_counts_as_another_hand() -> None:
    (one,) = analysed(tx("a:9 a:9 b:? c:?", "x:5 y:5 z:5 w:5")).sets
    assert (one.hands, one.k_at_mix) == (3, 3)


def test_unknown_inputs_leave_amounts_silent_and_say_so() -> None:
    found = analysed(tx("a:9 b:?", "c:4 d:4"))
    assert found.abstained == "1 of 2 spent outputs are not known"
    assert (found.models, found.links, found.paths) == ((), (), ())
    assert "Amounts tell nothing here" in said(found)


def test_what_was_not_decided_is_named_for_each_model() -> None:
    ins = " ".join(f"p{k}:{100_000 + 3 * k}" for k in range(40))
    outs = " ".join(f"q{k}:{99_000 + 5 * k}" for k in range(40))
    found = analysed(tx(ins, outs))
    assert "many_to_many: number of mappings" in found.undecided
    assert "was not decided (timeout: too many different amounts)" in said(found)
