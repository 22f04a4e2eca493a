"""Reading files: what is kept, what is refused, and in which words."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warchest import files
from warchest.core.errors import InputError, Problem, dotted, nearest
from warchest.files import Tree, parse, read

BAD = Path(__file__).parent / "bad_files"


@pytest.mark.parametrize("bad", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_file_is_refused_in_its_expected_words(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(InputError) as caught:
        read(bad.name)
    said = str(caught.value)
    for words in bad.with_suffix(".words").read_text("utf-8").splitlines():
        assert words in said, f"{bad.name} should say {words!r}, and says:\n{said}"
    assert "Error" not in said


def test_every_broken_file_has_its_words_and_every_words_its_file() -> None:
    broken = {path.stem for path in BAD.glob("*.yaml")}
    words = {path.stem for path in BAD.glob("*.words")}
    assert broken == words


def found(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(InputError) as caught:
        parse(text, "house.yaml")
    return [(problem.line, problem.where, problem.found) for problem in caught.value.problems]


# What is kept


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("false", False),
        ("yes", "yes"),
        ("NO", "NO"),
        ("on", "on"),
        ("True", "True"),
        ("null", None),
        ("~", None),
        ("", None),
        ("5", 5),
        ("-5", -5),
        ("1_500_000", 1_500_000),
        ("6e10", 6e10),
        ("1.5e9", 1.5e9),
        (".5", 0.5),
        ("1e999", "1e999"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("nan", "nan"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("1,5", "1,5"),
        ("35%", "35%"),
        ("8.5bn", "8.5bn"),
        ("5.1tn JPY", "5.1tn JPY"),
        ("2026-01-02", date(2026, 1, 2)),
        ("2026-02-30", "2026-02-30"),
        ("2026-1-2", "2026-1-2"),
        ("'2026-01-02'", "2026-01-02"),
        ("'5'", "5"),
        ("'true'", "true"),
        ("'<<'", "<<"),
        ("[a, 1, true]", ["a", 1, True]),
        ("{}", {}),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_word_means_what_it_says(word: str, value: object) -> None:
    got = parse(f"x: {word}\n").data["x"]
    assert got == value
    assert type(got) is type(value)


def test_keys_are_text_except_dates() -> None:
    tree = parse("1: a\ntrue: b\nNO: c\n6e10: d\n2024-09-30: e\n'2025-01-01': f\n2026-02-30: g\n")
    keys = ["1", "true", "NO", "6e10", date(2024, 9, 30), "2025-01-01", "2026-02-30"]
    assert list(tree.data) == keys


HOUSE = """\
house: A founder
# a comment
bets:
  Rocket:
    cheque: 15m

    tranches:
      - {date: 2026-02-02,
         cheque: 5m}
      - date: 2026-03-02
        cheque: 10m
debts: {Notes: {maturities: {2024-09-30: 1.3tn}}}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("house",), 1),
        (("bets",), 3),
        (("bets", "Rocket", "cheque"), 5),
        (("bets", "Rocket", "tranches"), 7),
        (("bets", "Rocket", "tranches", 0), 8),
        (("bets", "Rocket", "tranches", 0, "cheque"), 9),
        (("bets", "Rocket", "tranches", 1, "date"), 10),
        (("debts", "Notes", "maturities", "2024-09-30"), 12),
        (("debts", "Notes", "maturities", date(2024, 9, 30)), 12),
        (("bets", "Rocket", "premium"), 4),
        (("bets", "Rocket", "tranches", 7, "date"), 7),
        (("holdings", "Acme"), 1),
    ],
)
def test_each_key_and_item_knows_its_line(path: tuple[object, ...], line: int) -> None:
    assert parse(HOUSE).line(path) == line


def test_a_place_without_any_line_has_none() -> None:
    assert Tree("house.yaml", "", {}, {}).line(("house",)) is None


def test_a_tree_is_frozen() -> None:
    tree = parse(HOUSE)
    with pytest.raises(FrozenInstanceError):
        tree.file = "other.yaml"  # type: ignore[misc]
    with pytest.raises(TypeError):
        tree.lines[("house",)] = 9  # type: ignore[index]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_byte_order_mark_and_windows_lines_are_fine(bom: bytes, end: bytes, tmp_path: Path) -> None:
    raw = bom + HOUSE.encode().replace(b"\n", end)
    path = tmp_path / "house.yaml"
    path.write_bytes(raw)
    tree = read(path)
    assert tree.data == parse(HOUSE).data
    assert dict(tree.lines) == dict(parse(HOUSE).lines)
    assert tree.text.encode("utf-8") == raw
    assert tree.file == str(path)


def test_text_of_any_language_is_kept() -> None:
    assert parse("house: ソフトバンク\nnote: 🚀 £5\n").data["house"] == "ソフトバンク"


def test_one_document_may_be_marked() -> None:
    assert parse("---\nhouse: A\n...\n").data == {"house": "A"}


# What is refused


def test_one_line_can_hold_both_of_a_pair() -> None:
    assert found("a: {b: 1, b: 2}\n") == [(1, "a.b", "written twice: lines 1 and 1")]


def test_the_same_name_in_two_places_is_fine() -> None:
    assert parse("a: {x: 1}\nb: {x: 1}\nc: [{x: 1}, {x: 2}]\n").data["c"] == [{"x": 1}, {"x": 2}]


def test_what_is_under_a_repeated_name_is_not_called_repeated() -> None:
    assert found("a: {b: 1}\na: {b: 2}\n") == [(2, "a", "written twice: lines 1 and 2")]


def test_quotes_do_not_make_another_name() -> None:
    assert len(found("2026-01-02: 1\n'2026-01-02': 2\n")) == 1


def test_three_of_a_name_are_two_problems() -> None:
    assert [line for line, _, _ in found("a: 1\na: 2\na: 3\n")] == [2, 3]


def test_what_was_found_before_a_broken_line_is_told_too() -> None:
    problems = found("a: 1\na: 2\nb: &x 3\nc: [1, 2\n")
    assert [line for line, _, _ in problems] == [2, 3, 4]


@pytest.mark.parametrize(
    "text",
    [
        "a:\n\tb: 1\n",
        "a: 1\n\tb: 2\n",
        "a:\n  - x\n\t- y\n",
        "a:\t1\n",
        "a:\n  \tb: 1\n",
        "\ta: 1\n",
    ],
)
def test_a_tab_has_its_own_words(text: str) -> None:
    with pytest.raises(InputError, match="tabs cannot indent YAML; use spaces"):
        parse(text)


def test_thirty_levels_are_enough() -> None:
    def nested(levels: int) -> str:
        return "".join(f"{'  ' * level}a:\n" for level in range(levels)) + "  " * levels + "b: 1\n"

    parse(nested(29))
    assert "nested deeper than 30 levels" in found(nested(30))[0][2]


def test_very_many_items_are_refused_before_all_are_read() -> None:
    start = time.process_time()
    assert "more than 100,000" in found("a: [" + "1,\n" * 1_600_000 + "1]")[0][2]
    assert time.process_time() - start < 60


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", None)
    with pytest.raises(InputError, match="is too large"):
        read(huge)


def test_a_huge_text_is_refused() -> None:
    assert found("a" * 5_000_001) == [(None, "", "is too large")]


def test_a_very_long_line_is_refused_before_it_is_parsed() -> None:
    assert found("a: 1\n" + "!" * 4_000_000) == [(2, "", "a very long line")]
    assert len(parse("a: " + "x" * 90_000).data["a"]) == 90_000


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path)


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "softbank.yaml").touch()
    with pytest.raises(InputError) as caught:
        read(tmp_path / "softbnk.yaml")
    assert "no such file" in str(caught.value)
    assert caught.value.problems[0].hint == str(tmp_path / "softbank.yaml")
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nowhere" / "house.yaml")


@pytest.mark.parametrize("name", ["a\0b.yaml", "x" * 5000, "", "file/in/file"])
def test_a_name_that_cannot_be_a_file_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        read(name)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "house.yaml"
    path.write_text("house: A\n")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="cannot be read: permission denied"):
        read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match="is not an ordinary file"):
        read(tmp_path / "pipe.yaml")


def test_the_parser_is_not_loaded_until_a_file_is_read() -> None:
    code = "import sys, warchest.files; sys.exit('ruamel.yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Nothing but InputError ever escapes

SCRAPS = st.sampled_from(
    [
        "a",
        "b:",
        "key: ",
        " ",
        "  ",
        "\n",
        "\n  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "?",
        "? ",
        "&x ",
        "*x",
        "!t ",
        "!!int ",
        "|\n",
        ">-\n",
        "'",
        '"',
        "\\",
        "\t",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "<<: ",
        "2026-01-02",
        "1e9",
        "~",
        "@",
        "`",
        "%",
        "\r",
        "\x85",
        "\u2028",
        "\ufeff",
        "\\U",
    ]
)


def outcome(reader: Callable[[], Tree]) -> Tree | InputError:
    try:
        return reader()
    except InputError as error:
        return error


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(SCRAPS, max_size=40).map("".join)))
def test_no_text_makes_anything_but_an_input_error(text: str) -> None:
    got = outcome(lambda: parse(text))
    if isinstance(got, InputError):
        assert all(problem.found and problem.line for problem in got.problems)
        assert "nothing was run" in str(got)
    else:
        assert isinstance(got.data, dict)
        assert got.text == text


@settings(deadline=None)
@given(raw=st.binary())
def test_no_bytes_make_anything_but_an_input_error(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(raw)
    got = outcome(lambda: read(path))
    assert isinstance(got, InputError) or got.text.encode("utf-8") == raw


PLAIN = st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda word: word not in files._WORDS)
TREES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), PLAIN),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(PLAIN, inner, max_size=4)),
    max_leaves=20,
)


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


@settings(deadline=None)
@given(st.dictionaries(PLAIN, TREES, min_size=1))
def test_what_is_written_is_read_back(data: dict[str, object]) -> None:
    assert parse("".join(f"{key}: {_flow(value)}\n" for key, value in data.items())).data == data


# How problems look


def test_problems_are_laid_out_one_under_the_other() -> None:
    error = InputError(
        [
            Problem(
                "house.yaml",
                9,
                dotted(("holdings", "Acme", "volatilty")),
                "unknown field",
                "a listed holding has: shares, price, growth, volatility, ...",
                nearest("volatilty", ["shares", "price", "growth", "volatility"]),
            ),
            Problem(
                "house.yaml",
                17,
                "debts.Lombard loan.secured_on",
                "'Acne' is not a holding",
                "holdings: Acme, Workshop",
                nearest("Acne", ["Acme", "Workshop"]),
            ),
        ],
        "`warchest schema listed` shows every field with its unit.",
    )
    lines = [
        "house.yaml:9   holdings.Acme.volatilty   unknown field",
        "               a listed holding has: shares, price, growth, volatility, ...     did you mean 'volatility'?",
        "house.yaml:17  debts.Lombard loan.secured_on   'Acne' is not a holding",
        "               holdings: Acme, Workshop                                         did you mean 'Acme'?",
        "2 problems; nothing was run. `warchest schema listed` shows every field with its unit.",
    ]
    assert str(error).splitlines() == lines
    assert error.status == 2


def test_what_is_allowed_is_said_once_for_problems_in_a_row() -> None:
    problems = [Problem("h.yaml", line, "", f"found {line}", "allowed") for line in (1, 2)]
    lines = ["h.yaml:1  found 1", "h.yaml:2  found 2", "          allowed"]
    assert str(InputError(problems)).splitlines()[:-1] == lines


def test_a_problem_needs_neither_line_nor_place() -> None:
    error = InputError(Problem("house.yaml", None, "", "no such file"))
    assert str(error) == "house.yaml  no such file\n1 problem; nothing was run."


def test_nothing_from_a_file_reaches_a_terminal_as_it_is() -> None:
    problem = Problem("house.yaml", 1, "a\x1b[31m", "'\n" + "x" * 10_000 + "'")
    said = str(InputError(problem))
    assert "\x1b" not in said
    assert len(said) < 500
    assert said.count("\n") == 1


def test_an_input_error_travels_between_processes() -> None:
    error = InputError(Problem("house.yaml", 1, "a", "b"), "advice")
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error)


def test_nearest_minds_neither_capitals_nor_length() -> None:
    assert nearest("ACME", ["Acme", "Book"]) == "Acme"
    assert nearest("x" * 1_000_000, ["Acme"]) == ""
    assert nearest("Acme", []) == ""
