"""What changed between two texts: every word of both stands in it once, in order."""

from hypothesis import given
from hypothesis import strategies as st

from core.provenance.changes import Mark, Run, runs

TEXT = st.text(st.sampled_from("ab ,.\nÄ🎨"), max_size=60)


@given(TEXT, TEXT)
def test_all_words_of_both_are_there_in_order(before: str, after: str) -> None:
    found = runs(before, after)
    old = "".join(run.text for run in found if run.mark is not Mark.ADDED)
    new = "".join(run.text for run in found if run.mark is not Mark.REMOVED)
    assert new.split() == after.split()
    assert letters(old) == letters(before)


def letters(text: str) -> str:
    """What counts of a text: no spaces, marks or capitals."""
    return "".join(text.split()).replace(",", "").replace(".", "").casefold()


def test_words_that_were_taken_from_the_beginning_stand_apart() -> None:
    assert runs("the red boat", "boat") == (Run(Mark.REMOVED, "the red"), Run(Mark.KEPT, " boat"))


@given(TEXT)
def test_the_same_text_is_kept(text: str) -> None:
    assert {run.mark for run in runs(text, text)} <= {Mark.KEPT}


def test_a_comma_or_a_capital_makes_no_other_word() -> None:
    assert runs("A boat, at sea", "a boat at sea") == (Run(Mark.KEPT, "a boat at sea"),)


def test_very_long_texts_are_compared_in_good_time() -> None:
    found = runs("word " * 9_000, "word " * 8_999 + "other")
    assert found[0].mark is Mark.KEPT
