"""What `simulate` and `report` print: which tables, in which order, for a house and for a fund."""

from __future__ import annotations

from warchest.core.units import span
from warchest.house import House
from warchest.questions import fund_text, text
from warchest.questions.value import value
from warchest.results.outcome import Run


def simulate(house: House, run: Run) -> str:
    """Odds, loans, rows and funds; a fund that stands alone has no rows of a holding company."""
    blocks = [text.simulate(run.to_dict(), run.currency)]
    if run.loans:
        blocks.append(text.loans(run.loans, run.count))
    if run.rows and not house.spec.investors:
        blocks.append(text.rows(run.rows, run.count, run.currency))
    if run.funds:
        blocks.append(fund_text.funds(run.funds, run.rows))
    return "\n\n".join(blocks)


def report(house: House, run: Run) -> str:
    """The headline: what the house is worth and can do, and its odds, row by row; of a fund, what it is for its investors."""
    if house.spec.investors:
        years, grid = span(run.sample.years), run.grid.sentence()
        head = f"{house.name}, {house.spec.as_of.isoformat()}: {run.count:,} paths of {years}, seed {run.seed}, {grid}."
        return f"{head}\n\n{fund_text.funds(run.funds, run.rows)}"
    blocks = ["\n".join(text.headline(value(house).to_dict()))]
    if house.spec.currency != "USD" and "USD" in house.fx:
        blocks.append("In USD:\n" + "\n".join(text.headline(value(house).to_dict("USD"))[2:4]))
    found = run.to_dict()
    if run.rows:
        blocks.append(
            f"Odds over {span(found['horizon_years'])} ± standard error; {found['paths']:,} paths, seed {run.seed}, "
            f"{found['grid']}.\n\n{text.rows(run.rows, run.count, run.currency)}"
        )
    else:
        blocks.append(text.simulate(found, run.currency))
    if run.loans:
        blocks.append(text.loans(run.loans, run.count))
    return "\n\n".join(blocks)
