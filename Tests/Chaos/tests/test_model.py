"""The reference table."""

import unittest
from dataclasses import replace

from chaos import model
from chaos.draw import draw
from chaos.model import History, Row
from chaos.reading import Reading
from chaos.world import Record

SETTINGS = replace(draw(1).settings, schema="ours", unique_email=False, checked_email=False)
ANA = Record(1, "ana", "a@x", 100, False)
ROW = Row("ana", 1, "a@x", 100, False)


def faults(
    records: list[Record], before: list[Row], after: list[Row], leftovers: list[Record] | None = None, missed: set[str] | None = None
) -> list[str]:
    history = History({each.name: each for each in before}, leftovers or [], set(), missed or set())
    expectation = model.expect(Reading(records=records), history, SETTINGS)
    return model.table_faults(expectation, {each.name: each for each in after})


class ModelTests(unittest.TestCase):
    def test_the_newest_record_wins_and_on_a_tie_the_later_one(self) -> None:
        newer, tie = replace(ANA, email="new@x", created=101), replace(ANA, email="tie@x")
        self.assertFalse(faults([newer, ANA], [], [replace(ROW, email="new@x", created=101)]))
        self.assertTrue(faults([newer, ANA], [], [ROW]))
        self.assertFalse(faults([ANA, tie], [], [replace(ROW, email="tie@x")]))
        self.assertTrue(faults([ANA, tie], [], [ROW]))

    def test_a_tie_with_the_row_goes_to_the_source_and_a_newer_row_stays(self) -> None:
        self.assertTrue(faults([replace(ANA, email="tie@x")], [ROW], [ROW]))
        self.assertFalse(faults([replace(ANA, created=99, email="old@x")], [ROW], [ROW]))
        self.assertTrue(faults([replace(ANA, created=99, email="old@x")], [ROW], [replace(ROW, created=99, email="old@x")]))

    def test_a_row_without_a_time_gets_the_source_s_values(self) -> None:
        empty = Row("ana", None, "app@x", None, None)
        self.assertTrue(faults([ANA], [empty], [empty]))
        self.assertFalse(faults([ANA], [empty], [ROW]))

    def test_a_lost_user_and_a_lost_row_are_seen(self) -> None:
        self.assertTrue(faults([ANA], [], []))
        self.assertTrue(faults([], [ROW], []))

    def test_only_users_that_two_streams_missed_may_be_marked(self) -> None:
        marked = replace(ROW, deleted=True)
        self.assertTrue(faults([], [ROW], [marked]))
        self.assertFalse(faults([], [ROW], [marked], missed={"ana"}))
        self.assertTrue(faults([ANA], [ROW], [marked], missed={"ana"}))

    def test_what_an_earlier_sync_left_may_be_newer_but_not_older(self) -> None:
        newer, older = replace(ANA, email="l@x", created=105), replace(ANA, email="l@x", created=95)
        self.assertFalse(faults([ANA], [], [replace(ROW, email="l@x", created=105)], leftovers=[newer]))
        self.assertTrue(faults([ANA], [], [replace(ROW, email="l@x", created=95)], leftovers=[older]))


if __name__ == "__main__":
    unittest.main()
