"""Which output is the sender's change: rules, fingerprints of wallet programs, the vote."""

from cointrail.heuristics.change import published_rules as published_rules
from cointrail.heuristics.change.base import ChangeContext as ChangeContext
from cointrail.heuristics.change.base import ChangeRule as ChangeRule
from cointrail.heuristics.change.base import Remaining as Remaining
from cointrail.heuristics.change.base import Verdict as Verdict
from cointrail.heuristics.change.base import spendable as spendable
from cointrail.heuristics.change.base import static as static
from cointrail.heuristics.change.fingerprint import Conflicts as Conflicts
from cointrail.heuristics.change.fingerprint import Fingerprint as Fingerprint
from cointrail.heuristics.change.fingerprint import Mark as Mark
from cointrail.heuristics.change.fingerprint import conflicts as conflicts
from cointrail.heuristics.change.fingerprint import fingerprint_of as fingerprint_of
from cointrail.heuristics.change.fingerprint import merge as merge
from cointrail.heuristics.change.learned import ChangeModel as ChangeModel
from cointrail.heuristics.change.vote import VOTERS as VOTERS
from cointrail.heuristics.change.vote import Change as Change
from cointrail.heuristics.change.vote import Quiet as Quiet
from cointrail.heuristics.change.vote import vote as vote
from cointrail.heuristics.change.wallets import Family as Family
from cointrail.heuristics.change.wallets import WalletProfile as WalletProfile
from cointrail.heuristics.change.wallets import matching_wallets as matching_wallets
