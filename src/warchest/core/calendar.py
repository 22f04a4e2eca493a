"""Grid dates: labels of the steps; what is random knows only dt."""

from __future__ import annotations

import calendar as months
import datetime as dt
import math
from bisect import bisect_left
from typing import NamedTuple

from warchest.core.units import Duration

Date = dt.date
STEPS_A_YEAR = {"day": 252, "week": 52, "month": 12}
BUSINESS_DAYS = {"day": 1, "week": 5, "month": 21}
NEVER = 1 << 30
"""A step that does not come."""


def weekday(date: dt.date) -> dt.date:
    """The date itself, or the Monday after a weekend."""
    return date + dt.timedelta(days=max(0, 7 - date.weekday()) if date.weekday() > 4 else 0)


def add_months(date: dt.date, count: int) -> dt.date:
    """The same day `count` months later, or the last day of a shorter month.

    >>> add_months(dt.date(2024, 1, 31), 1).isoformat()
    '2024-02-29'
    """
    year, month = divmod(date.year * 12 + date.month - 1 + count, 12)
    return dt.date(year, month + 1, min(date.day, months.monthrange(year, month + 1)[1]))


class Grid(NamedTuple):
    """The dates on which triggers are looked at."""

    step: str
    dates: tuple[Date, ...]

    @property
    def steps(self) -> int:
        """Number of steps; dates are one more."""
        return len(self.dates) - 1

    @property
    def dt(self) -> float:
        """Years of one step."""
        return 1.0 / STEPS_A_YEAR[self.step]

    def on(self, date: Date) -> int:
        """The first step on or after a date; NEVER when it lies beyond the last."""
        k = bisect_left(self.dates, date)
        return k if k < len(self.dates) else NEVER

    def span(self, duration: Duration) -> int:
        """A duration in whole steps, at least one; business days are rounded up (a cure), the rest to the nearest."""
        if duration.unit == "d":
            return math.ceil(duration.number / BUSINESS_DAYS[self.step])
        return max(1, round(duration.years * STEPS_A_YEAR[self.step]))

    def sentence(self) -> str:
        """The grid in words, as every probability names it."""
        often = {"day": "daily", "week": "weekly", "month": "monthly"}[self.step]
        dates = "grid date" if self.steps == 1 else "grid dates"
        return (
            f"looked at on {self.steps:,} {often} {dates} after {self.dates[0].isoformat()}, "
            f"the last {self.dates[-1].isoformat()}"
        )


def grid(as_of: dt.date, step: str, horizon: Duration) -> Grid:
    """Grid dates from `as_of` (step 0) to the horizon.

    >>> [d.isoformat() for d in grid(dt.date(2023, 9, 30), "week", Duration(3, "w")).dates]
    ['2023-09-30', '2023-10-09', '2023-10-16', '2023-10-23']
    """
    count = max(1, round(horizon.years * STEPS_A_YEAR[step]))
    dates = [as_of]
    for k in range(1, count + 1):
        if step == "day":
            dates.append(weekday(dates[-1] + dt.timedelta(days=1)))
        elif step == "week":
            dates.append(weekday(as_of + dt.timedelta(days=7 * k)))
        else:
            dates.append(weekday(add_months(as_of, k)))
    return Grid(step, tuple(dates))
