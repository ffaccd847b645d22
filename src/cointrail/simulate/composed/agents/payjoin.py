"""PayJoin: payer and payee both put in coins, and it looks like an ordinary payment (BIP 78)."""

from __future__ import annotations

from cointrail.simulate.composed.ledger import Joint, Out, Signing
from cointrail.simulate.composed.town import Town, enough
from cointrail.simulate.composed.wallet import LEAST_CHANGE, Wallet
from cointrail.simulate.dice import Dice


def pay_join(town: Town, dice: Dice, payer: Wallet, payee: Wallet, value: int) -> bool:
    """Pay `value` together; False, and nothing happens, when one of them cannot.

    As BIP 78 asks, both sides' inputs are of one kind.
    """
    theirs = [coin for coin in payee.usable() if coin.lock.kind is payer.kind]
    if payer is payee or payee.kind is not payer.kind or not theirs:
        return False
    brought = dice.pick(theirs)
    coins = enough(payer, value + int(town.rate * 700))
    if not coins or any(coin.lock.kind is not payer.kind for coin in coins):
        return False
    paid, back = payee.address(), payer.address("change")
    fee = payer.fee([*coins, brought], [paid, back])
    left = sum(coin.value for coin in coins) - value - fee
    outs = [Out(paid, value + brought.value, "payment")]
    if left > LEAST_CHANGE:
        outs.append(Out(back, left, "change"))
    inputs = dice.sample([*coins, brought], len(coins) + 1)
    style = payer.style()
    low_r = {payer.owner: payer.program.low_r, payee.owner: payee.program.low_r}
    signing = [Signing(style.sequence, None, low_r[coin.lock.owner]) for coin in inputs]
    flows = [(payer.owner, payee.owner, value)]
    town.ledger.post(
        inputs, dice.sample(outs, len(outs)), style, "payjoin", maker=payer.owner, joint=Joint(flows),
        signing=signing,
    )  # fmt: skip
    return True
