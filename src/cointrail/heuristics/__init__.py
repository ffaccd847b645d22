"""Citable guesses on one transaction. Pure. Importing it fills the register of rules."""

from cointrail.heuristics import change as change
from cointrail.heuristics import change_links as change_links
from cointrail.heuristics import common_input as common_input
from cointrail.heuristics import fillable as fillable
from cointrail.heuristics import gate as gate
from cointrail.heuristics import joinmarket_slots as joinmarket_slots
from cointrail.heuristics import key_sweep as key_sweep
from cointrail.heuristics import movements as movements
from cointrail.heuristics import peel as peel
from cointrail.heuristics import same_key as same_key
from cointrail.heuristics import service as service
from cointrail.heuristics import whirlpool_lineage as whirlpool_lineage
