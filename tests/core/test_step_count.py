"""Changes are counted as their user would: what was undone is none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.core.step_count import count_changes

A, B, C = "abc"


def test_what_was_undone_is_no_change():
    assert count_changes([]) == 0
    assert count_changes([(True, A), (True, B)]) == 2
    assert count_changes([(True, A), (True, B), (False, B)]) == 1
    assert count_changes([(True, A), (True, B), (False, B), (False, A)]) == 0


def test_what_was_redone_is_one_again():
    assert count_changes([(True, A), (False, A), (True, A)]) == 1


def test_to_undo_what_is_in_the_file_is_a_change():
    assert count_changes([(False, B), (False, A)]) == 2
    assert count_changes([(False, B), (False, A), (True, A), (True, B)]) == 0
    assert count_changes([(False, B), (True, C)]) == 2


@given(st.lists(st.sampled_from(["new", "undo", "redo"])))
def test_it_is_how_far_an_undo_stack_has_come(acts):
    """The oracle: a stack whose first three edits are in the file."""
    stack, done, steps = [-3, -2, -1], 3, []
    for number, act in enumerate(acts):
        if act == "new":
            stack[done:] = [number]
            steps.append((True, number))
            done += 1
        elif act == "undo" and done:
            done -= 1
            steps.append((False, stack[done]))
        elif act == "redo" and done < len(stack):
            steps.append((True, stack[done]))
            done += 1
    kept = [edit for edit in (-3, -2, -1) if edit in stack[:done]]
    assert count_changes(steps) == 3 - len(kept) + done - len(kept)
