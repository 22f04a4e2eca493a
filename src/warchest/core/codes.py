"""What an entry of the log says: its code, in words and as a number."""

from __future__ import annotations

LOG_CODES = (
    "interest earned", "dividend received", "interest capitalised", "interest paid", "fee paid", "costs paid", "dividend paid",
    "principal repaid", "drawn", "instalment paid", "cheque written", "bet ended", "converted", "sold", "bet sold",
    "delivered", "cash difference owed", "pledged", "released", "written off", "rolled", "call opened", "call lapsed", "call cured",
    "close-out began", "interest overdue", "principal overdue", "costs overdue", "default", "marked", "tranche due", "tranche lapsed",
    "bought", "capital called", "capital paid", "call failed", "fee due", "fee to manager", "shared out", "carry paid",
    "stake sold", "mode changed", "own shares sold", "own shares bought", "converted into own shares", "passed on",
)  # fmt: skip
(
    EARNED, DIVIDEND, CAPITALISED, INTEREST, FEE, COSTS, PAYOUT,
    REPAID, DRAWN, INSTALMENT, WRITTEN, BET_ENDED, CONVERTED, SOLD, BET_SOLD,
    DELIVERED, DIFFERENCE, PLEDGED, RELEASED, WRITTEN_OFF, ROLLED, CALLED, LAPSED, CURED,
    CLOSING, UNPAID_INTEREST, UNPAID_PRINCIPAL, UNPAID_COSTS, DEFAULTED, MARKED, TRANCHE_DUE, TRANCHE_LAPSED,
    BOUGHT, CAPITAL_CALLED, CAPITAL_PAID, CALL_FAILED, FEE_DUE, FEE_PAID, SHARED, CARRY, STAKE_SOLD, MODE,
    ISSUED, BOUGHT_BACK, INTO_SHARES, PASSED,
) = range(len(LOG_CODES))  # fmt: skip
