"""The report: what stands in the folder stands on the page, and nothing else gets in or out."""

from __future__ import annotations

import importlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fake_run import PATHS, house_value, save
from warchest import report
from warchest.core.errors import CannotError
from warchest.report import charts, folder, page, words
from warchest.report.section import Section, Table
from warchest.report.sections import ALL

HOSTILE = "</script><script>alert(1)</script>&<img src=x onerror=alert(2)>"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(folder, "house_value", lambda path: house_value())
    return save(tmp_path / "run")


@pytest.fixture
def run(saved: Path) -> folder.RunView:
    return folder.read(saved)


def sections_of(run: folder.RunView) -> dict[str, Section]:
    return {section.key: section for section in report.sections(run)}


def table_of(section: Section, start: str) -> Table:
    return next(table for table in section.tables if table.title.startswith(start))


def column(table: Table, name: str) -> list[str]:
    return [row[table.header.index(name)] for row in table.rows]


class Reader(HTMLParser):
    """The elements of a page, their attributes and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ends: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.ends.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append((self.tags[-1][0] if self.tags else "", data))


# ---------------------------------------------------------------- what the sections say


def test_the_sections_stand_in_order(run: folder.RunView) -> None:
    order = [
        "headline",
        "worth",
        "leverage",
        "chest",
        "margin",
        "liquidity",
        "fans",
        "rows",
        "currencies",
        "about",
    ]
    assert list(sections_of(run)) == order
    found = {path.stem for path in Path(importlib.import_module("warchest.report.sections").__path__[0]).glob("*.py")}
    assert {make.__module__.rpartition(".")[2] for make in ALL} == found - {"__init__"}


def test_the_headline_says_what_the_files_say(run: folder.RunView) -> None:
    headline = sections_of(run)["headline"]
    cards = {card.label: (card.text, card.note) for card in headline.cards}
    assert cards["NAV"] == ("8.1tn JPY", "on 2023-09-30")
    assert cards["NAV a share"] == ("11,187 JPY", "the share trades at a discount of 43.5 %")
    assert cards["LTV of the house"][0] == "19.0 %"
    assert cards["Gross LTV"][0] == "31.5 %"
    assert cards["War chest to an LTV of 25 %"] == (
        "5.3bn USD (800.0bn JPY)",
        "after commitments −6.7bn USD (−1.0tn JPY)",
    )
    assert cards["Odds of a margin call in 12 months"][0] == "12.0 % ±1.6"
    assert "cheque of 60.0bn USD for Oracle" in headline.lead[0]
    assert "to 57.3 %, above the house's own ceiling of 35 %" in headline.lead[0]


def test_the_rows_stand_under_each_outlook_with_their_errors(run: folder.RunView) -> None:
    headline = sections_of(run)["headline"]
    assert [table.title.partition("outlook: ")[2] for table in headline.tables] == [
        "As in the file",
        "gloomier",
        "brighter",
    ]
    first = headline.tables[0]
    assert [row[0] for row in first.rows] == ["hold", "ALL IN to 25 %", "ALL IN to 35 %", "the asked 60bn"]
    assert column(first, "margin call")[0] == words.chance(run.rows[0]["probabilities"]["margin_call"], PATHS)
    assert column(first, "default") == ["< 1 in 400"] * 4
    assert column(first, "time above ceiling")[3] == "15.0 %"
    assert "looked at on 60 dates" in first.caption
    assert "400 paths" in first.caption
    assert headline.notes == ("ALL IN to 35 %: cut on 3 % of paths.",)


def test_the_bridge_closes(run: folder.RunView) -> None:
    worth = sections_of(run)["worth"]
    bar = worth.figures[0].plot["data"][0]
    assert [round(start + step, 9) for start, step in zip(bar["base"], bar["x"], strict=True)] == [
        11.83,
        10,
        10,
        3,
        8.1,
        8.1,
    ]
    assert column(table_of(worth, "From gross"), "amount") == [
        "11,830.0", "−1,830.0", "10,000.0", "−7,000.0", "5,100.0", "8,100.0",
    ]  # fmt: skip
    assert table_of(worth, "Holdings").rows[-1] == ("Sum", "11,830.0", "1,830.0", "10,000.0", "100.0 %")


def test_the_margin_table_is_whole(run: folder.RunView) -> None:
    margin = sections_of(run)["margin"]
    assert margin.title == "The likeliest call is Phone loan: its collateral may fall by 39.0 %"
    row = dict(zip(margin.tables[0].header, margin.tables[0].rows[0], strict=True))
    assert row["loan, bn JPY"] == "1,260.0"
    assert row["collateral, bn JPY"] == "6,000.0"
    assert row["called at"] == "35 %"
    assert row["price at the call"] == "32.10"
    assert row["may fall by"] == "40.0 %"
    assert margin.tables[1].rows == (("New loan on Chips", "< 1 in 400", "< 1 in 400", "5.0 % ±1.1"),)
    assert [row[f"odds in {m} months"] for m in (3, 12, 36)] == ["< 1 in 400", "10.0 % ±1.5", "22.0 % ±2.1"]


def test_what_is_there_is_held_against_what_falls_due(run: folder.RunView) -> None:
    liquidity = sections_of(run)["liquidity"]
    assert liquidity.title == "What is there now pays all that falls due to 2026, not 2027"
    assert column(liquidity.tables[0], "left") == [
        "6,100.0",
        "4,700.0",
        "3,300.0",
        "1,900.0",
        "500.0",
        "−900.0",
    ]


def test_titles_say_what_the_data_show(run: folder.RunView) -> None:
    titles = {figure.key: figure.title for section in report.sections(run) for figure in section.figures}
    assert sections_of(run)["fans"].title == "NAV falls by half or more on 20 % of paths within five years"
    assert titles["histogram"] == "35 % of paths end below today's NAV"
    assert titles["odds-default"] == "The house defaults on fewer than 1 in 400 paths"
    assert titles["odds-halved"] == "NAV is halved on 12 % of paths with hold, on 33 % with the asked 60bn"
    assert titles["ltv-band"] == "Above the ceiling of 35 %: with 60.0bn USD for Oracle"
    assert titles["exposure"] == "The largest exposure is USD: 5.0tn JPY (62 % of NAV)"


def test_the_histogram_holds_every_path(run: folder.RunView) -> None:
    figure = next(f for f in sections_of(run)["rows"].figures if f.key == "histogram")
    assert sum(figure.plot["data"][0]["y"]) == pytest.approx(100)


def test_every_figure_says_how_it_was_counted(run: folder.RunView) -> None:
    for section in report.sections(run):
        for figure in section.figures:
            counted = all(word in figure.caption for word in ("60 dates", "400 paths", "rror"))
            assert counted != ("othing here is simulated." in figure.caption), figure.key


# ---------------------------------------------------------------- what may be missing


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda value, tables: tables.pop("rows"), set()),
        (lambda value, tables: tables.update(rows=[{"row": "hold"}]), set()),
        (lambda value, tables: tables.pop("loans"), set()),
        (lambda value, tables: tables.update(simulate={}), set()),
        (lambda value, tables: value.update(nav_per_share=None, discount=None), set()),
        (lambda value, tables: value.update(maturities=[]), {"liquidity"}),
        (lambda value, tables: value.update(debts=[]), {"margin"}),
        (lambda value, tables: value.update(debts=value["debts"][2:]), {"margin"}),
        (lambda value, tables: value.update(currencies=[]), {"currencies"}),
        (lambda value, tables: value.update(holdings=[], bets=[]), set()),
        (lambda value, tables: value["war_chest"].update(ceilings=[], sources=[]), set()),
        (lambda value, tables: value["war_chest"]["ceilings"].pop(), set()),
        (lambda value, tables: value.update(ltv=-0.2, net_debt=-2e12), set()),
        (lambda value, tables: value.update(ltv=None, gross_ltv=None), set()),
        (lambda value, tables: value.update(ltv=0.4), set()),
        (lambda value, tables: value.update(nav=-1e12), set()),
        (lambda value, tables: value["bets"][0].update(ltv_after=None), set()),
    ],
)
def test_what_is_missing_leaves_a_page(run: folder.RunView, change: Callable[..., object], gone: set[str]) -> None:
    value, tables = json.loads(json.dumps([run.value, run.tables]))
    change(value, tables)
    changed = replace(run, value=value, tables=tables)
    sections = report.sections(changed)
    assert set(sections_of(run)) - {section.key for section in sections} == gone
    assert "<h2" in page.render(changed, sections)


@pytest.mark.parametrize("case", ["softbank-2023", "strategy-2022", "founder"])
def test_what_value_says_of_a_case_can_be_shown(case: str, tmp_path: Path) -> None:
    house = files("warchest.cases") / f"{case}.yaml"
    run = folder.read(save(tmp_path / "run", house.read_text("utf-8")))
    text = page.render(run, report.sections(run))
    assert f"<h1>{run.value['house']}</h1>" in text
    assert run.say(run.value["war_chest"]["ceilings"][0]["amount"]).partition(" (")[0] in text


def test_a_run_without_bands_or_paths_still_reads(run: folder.RunView) -> None:
    empty = replace(run, bands=run.bands.iloc[:0], paths=run.paths.iloc[:0])
    assert not [f for f in sections_of(empty)["fans"].figures if f.key.startswith("fan-")]
    bare = replace(empty, bands=pd.DataFrame(), paths=pd.DataFrame(), tables={}, file={})
    assert {"fans", "rows"}.isdisjoint(sections_of(bare))


def test_a_folder_that_is_no_run_is_refused_in_a_sentence(saved: Path) -> None:
    (saved / "tables.json").write_text("{", encoding="utf-8")
    with pytest.raises(CannotError, match="cannot be read as a saved run"):
        report.build(saved)
    (saved / "bands.parquet").unlink()
    with pytest.raises(CannotError, match=r"not the folder of a saved run: bands\.parquet missing"):
        report.build(saved)


# ---------------------------------------------------------------- the page


def test_the_same_folder_makes_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(saved, moved)
    first, second = report.write(saved, tmp_path / "a.html"), report.write(moved, tmp_path / "b.html")
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html", "moved", "run"]


def test_a_page_that_cannot_be_written_is_said_in_a_sentence(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotError, match=r"cannot be written: no such file or directory\.$"):
        report.write(saved, tmp_path / "nowhere" / "page.html")
    with pytest.raises(CannotError, match="cannot be written: is a directory"):
        report.write(saved, saved)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_hostile_names_stay_text(run: folder.RunView) -> None:
    hostile = json.loads(
        json.dumps([run.value, run.tables, run.manifest]).replace("Margin", HOSTILE).replace("Chips", HOSTILE)
    )
    value, tables, manifest = hostile
    value["house"] = tables["rows"][0]["row"] = tables["rows"][0]["note"] = manifest["warchest"] = HOSTILE
    file = {"assumptions": [HOSTILE], "sources": HOSTILE}
    changed = replace(run, value=value, tables=tables, manifest=manifest, file=file)
    ours, theirs = (Reader(page.render(view, report.sections(view))) for view in (run, changed))
    for name in ("script", "img", "style", "iframe"):
        assert [tag for tag, _ in ours.tags].count(name) == [tag for tag, _ in theirs.tags].count(name)
    assert not [attrs for _, attrs in theirs.tags if any(key.startswith("on") for key in attrs)]
    assert HOSTILE in "".join(text for tag, text in theirs.texts if tag == "title")


def test_names_in_figures_are_not_read_as_markup(run: folder.RunView) -> None:
    plot = charts.bars(['<a href="x">y</a> & </script>'], {"<b>": [1.0]}, "")
    text = str(page.figure_json(plot))
    assert "<" not in text
    label = json.loads(text)["data"][0]["y"][0]
    assert label == '&lt;a href="x"&gt;y&lt;/a&gt; &amp;<br>&lt;/script&gt;'


def test_the_page_asks_nothing_of_any_network(run: folder.RunView) -> None:
    text = page.render(run, report.sections(run))
    reader = Reader(text)
    policy = next(
        attrs["content"] for tag, attrs in reader.tags if "Content-Security-Policy" in str(attrs.get("http-equiv"))
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src 'none'" in policy
    for tag, attrs in reader.tags:
        assert not {"src", "srcset", "action", "data", "poster"} & set(attrs), tag
        assert tag != "link"
        assert attrs.get("href", "#").startswith("#")  # type: ignore[union-attr]
    ours = text.replace((page.ASSETS / "plotly-cartesian.min.js").read_text("utf-8"), "")
    assert not re.findall(r"https?:|//\w|url\(|@import", ours)


def test_figures_hold_plain_numbers() -> None:
    plot = {"data": [{"y": [float("nan"), float("inf"), np.float64(1 / 3), 1, True, None]}], "layout": {}}
    assert json.loads(page.figure_json(plot))["data"][0]["y"] == [None, None, 0.3333333, 1, True, None]


def test_units_and_titles_round_as_people_read() -> None:
    assert str(words.unit([None, float("nan"), 99e9], "USD")) == "m USD"
    assert words.Unit(1e9, "bn", "JPY").of(-1.26e12) == "−1,260.0"
    assert words.Unit(1e9, "bn", "JPY").of(-1.0) == "0.0"
    assert words.rough({"p": 0.0, "se": 0.0}, 20_000) == "fewer than 1 in 20,000"
    assert words.rough({"p": 0.0312, "se": 0.002}, 20_000) == "3.1 %"


# ---------------------------------------------------------------- in a browser

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_chart_is_drawn_with_the_network_off(saved: Path, tmp_path: Path, scheme: Any, width: int) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    out = report.write(saved, tmp_path / "report.html")
    complaints: list[str] = []
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 900})
        sheet = context.new_page()
        asked: list[str] = []
        sheet.on("console", lambda message: complaints.append(message.text))
        sheet.on("pageerror", lambda error: complaints.append(str(error)))
        sheet.on("request", lambda request: asked.append(request.url))
        sheet.goto(out.as_uri())
        for chart in sheet.locator(".chart").all():
            chart.scroll_into_view_if_needed()
            chart.locator(".main-svg").first.wait_for(timeout=10_000)
        assert sheet.locator(".chart").count() == sheet.locator(".chart.js-plotly-plot").count() > 15
        assert sheet.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert complaints == []
    assert asked == [out.as_uri()]
