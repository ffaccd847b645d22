"""What a case run returns: rows, their summary, and the basis they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cointrail.casework.basis import Basis
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """The outcome of a case on one basis.

    Attributes:
        basis: everything needed to get the same again.
        payments: every output to the service in the period, in chain order; see `class_`.
        leads: by payment, best first.
        proceeds: by outflow, deposits first.
        summary: counts and totals as JSON values; satoshi are decimal strings.
    """

    basis: Basis
    payments: tuple[PaymentRow, ...]
    leads: tuple[LeadRow, ...]
    proceeds: tuple[ProceedRow, ...]
    summary: dict[str, Any]
