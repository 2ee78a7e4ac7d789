"""The table that `make bench` prints. How long anything takes is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from benchmarks.parts import figures, goals
from benchmarks.parts.watchdog import Watchdog

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"

# A run whose scripts measure nothing: what each does instead is the dictionary SCRIPTS.
RUN = """
import sys
sys.path.insert(0, {benchmarks!r})
import bench
from parts.figures import Figures, ScriptFailed

def run_script(name, *words, folder=None):
    return SCRIPTS[name](words)

def fail(words):
    raise ScriptFailed("ended with 1:\\nthe reason")

def interrupt(words):
    raise KeyboardInterrupt

{scripts}
bench.run_script = run_script
sys.argv = ["bench.py", *{words!r}]
sys.exit(bench.main())
"""


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([10, 12, 30], "aim reached"),
        ([17, 17, 17], "bar reached"),
        ([50], "bar reached"),
        ([70, 75], "**missed by 45%**"),
        ([50.01], "**missed by less than 1%**"),
    ],
)
def test_the_verdict_is_about_the_median(values, verdict):
    rows = goals.table({"stall: start": values}, {}, [goals.Goal("stall: start", "a stall", "ms", 50, 16)])
    assert cells(rows[-1])[-1] == verdict


def test_a_row_has_median_spread_bar_and_aim():
    goal = goals.Goal("rate", "a rate", "per s", 15, 40, 1, more_is_better=True)
    assert cells(goals.table({"rate": [20, 16, 70]}, {}, [goal])[-1]) == [
        "a rate",
        "20.0 per s (16.0 - 70.0)",
        ">= 15 per s",
        ">= 40 per s",
        "bar reached",
    ]
    assert goals.summary({"rate": [14, 16, 1]}, {}, [goal]) == "0 of 1 bars reached; missed: a rate."


def test_a_figure_without_a_unit_and_one_below_one_hundredth():
    (goal,) = (goal for goal in goals.GOALS if goal.key == "everything IoU")
    assert cells(goals.table({goal.key: [0.0123]}, {}, [goal])[-1])[1:] == [
        "0.0123",
        "<= 0.0100",
        "",
        "**missed by 23%**",
    ]


def test_what_was_not_measured_says_why():
    rows = goals.table({}, {"memory": "no time"})
    assert len(rows) == len(goals.GOALS) + 2
    (memory,) = (cells(row) for row in rows if row.startswith("| memory"))
    assert (memory[1], memory[4]) == ("not measured", "no time")


def test_the_summary_names_what_was_not_measured_and_why():
    one, two, three = (goals.Goal(key, f"row {key}", "ms", 50) for key in "abc")
    assert goals.summary({"b": [7]}, {"a": "no time"}, [one, two, three]) == (
        "1 of 1 bars reached. Not measured (no time): row a. Not measured (left out): row c."
    )


def test_each_goal_has_its_own_key_and_an_aim_beyond_the_bar():
    assert len({goal.key for goal in goals.GOALS}) == len(goals.GOALS)
    assert all(goal.reaches(goal.aim, goal.bar) for goal in goals.GOALS if goal.aim is not None)


def test_of_longest_stalls_the_longest_counts():
    (goal,) = (goal for goal in goals.GOALS if goal.key == "stall: page")
    values = {goal.key: [45.0, 45.0, 400.0]}
    assert cells(goals.table(values, {}, [goal])[-1])[1:] == [
        "400 ms (45 - 400)",
        "<= 50 ms",
        "<= 16 ms",
        "**missed by 700%**",
    ]
    assert goals.summary(values, {}, [goal]).startswith("0 of 1 bars reached")


def bench(scripts: str, *words: object) -> subprocess.CompletedProcess[str]:
    code = RUN.format(benchmarks=str(BENCHMARKS), scripts=textwrap.dedent(scripts), words=[str(word) for word in words])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)


def row(out: str, what: str) -> list[str]:
    (line,) = (line for line in out.splitlines() if line.startswith(f"| {what} |"))
    return cells(line)


SAVING, WORST = "longest stall: save 10,000 instances", "edit made to edit in the journal on the disk, the longest"


def test_a_part_that_fails_costs_only_its_own_rows(tmp_path: Path):
    done = bench(
        """
        SCRIPTS = {
            "stalls.py": fail,
            "journalled.py": lambda words: Figures({"journal, worst": [12.0]}),
        }
        """,
        *("--only", "stalls", "journal", "--json", tmp_path / "bench.json"),
    )
    assert done.returncode == 1, done.stderr
    assert row(done.stdout, SAVING)[1:] == ["not measured", "<= 50 ms", "<= 16 ms", "failed, see below"]
    assert row(done.stdout, WORST)[1] == "12.0 ms (12.0 - 12.0)"
    below = done.stdout.partition("bars reached")[2]
    assert "stalls: ended with 1:\nthe reason" in below
    assert below.count("the reason") == 1  # it is not tried three times


def test_an_interrupted_run_prints_what_there_is_and_keeps_it(tmp_path: Path):
    kept = tmp_path / "bench.json"
    done = bench(
        """
        SCRIPTS = {
            "stalls.py": interrupt,
            "journalled.py": lambda words: Figures({"journal, worst": [12.0]}),
            "network.py": lambda words: Figures({"embedding": [0.5]}),
        }
        """,
        *("--only", "network", "stalls", "journal", "--json", kept),
    )
    assert done.returncode == 130, done.stderr
    assert row(done.stdout, "embedding, 1024 x 1024, of ONNX Runtime's time")[1] == "0.50 x"
    assert row(done.stdout, SAVING)[-1] == row(done.stdout, WORST)[-1] == "interrupted"
    again = bench(
        """
        SCRIPTS = {"journalled.py": lambda words: Figures({"journal, worst": [12.0]})}
        """,
        *("--only", "journal", "--json", kept),
    )
    assert again.returncode == 0, again.stderr
    assert "embedding" not in again.stdout
    assert set(json.loads(kept.read_text("utf-8"))["parts"]) == {"network", "stalls", "journal"}


def test_each_part_fills_rows_and_has_an_estimate():
    code = "import bench, goals; print(set(bench.PARTS) == set(bench.MINUTES) == set(goals.GOALS_OF))"
    path = f"import sys; sys.path[:0] = [{str(BENCHMARKS)!r}, {str(BENCHMARKS / 'parts')!r}]; "
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


def test_a_script_is_started_with_compiled_modules_and_folders_of_its_own(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = figures.own_folders(tmp_path)
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    folders = [name for name in environment if name.startswith("XDG_") and name.endswith("_HOME")]
    assert all(Path(environment[name]).is_relative_to(tmp_path) for name in ("HOME", "TMPDIR", *folders))


PAGE = """before
<!-- run: written by benchmarks/page.py -->
an earlier run
<!-- end of run -->
between
<!-- table: written by benchmarks/page.py -->
<!-- end of table -->
after
"""


def page(tmp_path: Path, errors: list[str]) -> tuple[subprocess.CompletedProcess[str], str]:
    """Make the page of a run that timed the network alone."""
    values = {"embedding": [0.5], "embedding, ms": [40, 50, 60], "embedding, ONNX Runtime, ms": [100]}
    found = {"values": values, "skipped": {}, "notes": ["ONNX Runtime 1"], "errors": errors}
    network = {"headline": ["a machine"], "when": "2026-01-02 03:04:05", "seconds": 90, "load": 0.25, "quick": False}
    kept, written = tmp_path / "bench.json", tmp_path / "page.md"
    kept.write_text(json.dumps({"parts": {"network": {**network, "figures": found}}}), "utf-8")
    written.write_text(PAGE, "utf-8")
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(BENCHMARKS)!r})
import page
page.PAGE, page.PICTURE = Path({str(written)!r}), Path({str(tmp_path / "picture.svg")!r})
sys.argv = ["page.py", {str(kept)!r}]
page.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    return done, written.read_text("utf-8")


def test_the_page_gets_run_table_and_picture(tmp_path: Path):
    pytest.importorskip("matplotlib")
    done, text = page(tmp_path, errors=[])
    assert done.returncode == 0, done.stderr
    assert "an earlier run" not in text
    places = [text.index(f"{word}\n") for word in ("before", "a machine", "between", "| verdict |", "after")]
    assert places == sorted(places)
    assert "| embedding, 1024 x 1024 | 50 | 100 |" in text
    assert row(text, "embedding, 1024 x 1024, of ONNX Runtime's time")[1] == "0.50 x"
    assert (tmp_path / "picture.svg").stat().st_size > 0


def test_a_run_with_a_failed_part_makes_no_page(tmp_path: Path):
    pytest.importorskip("matplotlib")
    done, text = page(tmp_path, errors=["stalls.py ended with 1"])
    assert done.returncode == 1
    assert "--only" in done.stderr
    assert text == PAGE


def test_the_page_has_the_places_that_are_written(project: Path):
    text = (project / "docs" / "performance.md").read_text("utf-8")
    for name in ("run", "table"):
        assert text.count(f"<!-- {name}: written by benchmarks/page.py -->\n") == 1
        assert text.count(f"<!-- end of {name} -->") == 1


def test_a_stall_that_ends_what_is_measured_counts(qtbot):
    watchdog = Watchdog()
    qtbot.wait(20)
    watchdog.longest()
    time.sleep(0.2)
    assert watchdog.longest() >= 200  # though no tick has come since
