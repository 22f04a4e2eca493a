"""Loans on the same collateral, one behind the other: what is owed ahead and behind, and who holds the shares.

All shares of a chain of loans lie with the first of them that still owes; the others have pledge rows of the same lines
with nothing in them.
"""

from warchest.core.kernel import rule


@rule
def value_ahead(life, d):
    """Collateral that the loans ahead of `d` hold, at the market; what is owed on them goes to column `senior`; top currency."""
    secured, owed = 0.0, 0.0
    e = life.debts[d].ahead
    while e >= 0:
        debt = life.debts[e]
        owed += debt.principal * life.currencies[debt.currency].fx
        for k in range(debt.pledge_from, debt.pledge_to):
            secured += life.pledges[k].shares * life.assets[life.lines[life.pledges[k].line].asset].worth
        e = debt.ahead
    life.debts[d].senior = owed
    return secured


@rule
def owed_ahead(life, d):
    """What is owed on the loans ahead of one on its collateral, top currency."""
    owed = 0.0
    e = life.debts[d].ahead
    while e >= 0:
        owed += life.debts[e].principal * life.currencies[life.debts[e].currency].fx
        e = life.debts[e].ahead
    return owed


@rule
def owed_behind(life, d):
    """What is owed on the loans behind one on its collateral, top currency."""
    owed = 0.0
    e = life.debts[d].behind
    while e >= 0:
        owed += life.debts[e].principal * life.currencies[life.debts[e].currency].fx
        e = life.debts[e].behind
    return owed


@rule
def holder(life, d):
    """The loan with whom the collateral of loan `d` lies: the first of its chain that still owes."""
    found = d
    e = life.debts[d].ahead
    while e >= 0:
        if life.debts[e].principal > 0.0:
            found = e
        e = life.debts[e].ahead
    return found


@rule
def next_owing(life, d):
    """The nearest loan behind one that still owes; -1: none."""
    e = life.debts[d].behind
    while e >= 0 and life.debts[e].principal <= 0.0:
        e = life.debts[e].behind
    return e


@rule
def at_rest_behind(life, d):
    """Whether no loan behind one is called or being closed out."""
    e = life.debts[d].behind
    while e >= 0:
        if life.debts[e].principal > 0.0 and (life.debts[e].call >= 0 or life.debts[e].closing):
            return False
        e = life.debts[e].behind
    return True
