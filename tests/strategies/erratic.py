"""A policy that asks for too much, too little and nothing, in turn, and remembers what it did."""


def policy(see):
    turn = see.memory % 5.0
    cheques, sales = see.asked, 0.0
    if turn == 1.0:
        cheques, sales = 3.0 * see.asked + see.funding, 0.1 * see.holdings_value
    elif turn == 2.0:
        cheques, sales = -see.asked, 2.0 * abs(see.holdings_value) + abs(see.net_debt)
    elif turn == 3.0:
        cheques, sales = 0.5 * see.ceiling, -see.cash
    return cheques, sales, see.memory + 1.0
