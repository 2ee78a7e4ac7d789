"""The table that `make bench` prints. How long anything takes is not tested."""

from __future__ import annotations

import pytest

from benchmarks.parts import goals


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([10, 12, 30], "aim reached"),
        ([17, 17, 17], "bar reached"),
        ([50], "bar reached"),
        ([70, 75], "**missed by 45%**"),
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
    assert goals.summary({"rate": [14, 16, 1]}, [goal]) == "0 of 1 bars reached; missed: a rate."


def test_a_figure_without_a_unit_and_one_below_one_hundredth():
    (goal,) = (goal for goal in goals.EVERYTHING if goal.key == "everything IoU")
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
    assert goals.summary({}) == "0 of 0 bars reached."


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
    assert goals.summary(values, [goal]).startswith("0 of 1 bars reached")
