"""The operators: what they change, and what they leave alone."""

import unittest

from mutants.operators import applied, mutants

SOURCE = '''struct Drain {
    mutating func step(applied: Int, expected: Int) -> Bool {
        // applied == expected is told by a comment
        logger.info("a == b", metadata: ["n": "\\(1 + 1)"])
        count += 1
        log.record(count)
        if applied >= expected - 1, isOpen && !isDone { return true }
        let sql = """
            SELECT 1 FROM t WHERE a = $1 AND b IS NULL
            """
        call(
            first, second)
        return applied == 300
    }
}
'''


class OperatorTests(unittest.TestCase):
    def found(self) -> set[tuple[str, str]]:
        return {(each.operator, each.after.strip()) for each in mutants("M", "f.swift", SOURCE)}

    def test_comparisons_boundaries_negations_and_constants(self) -> None:
        found = self.found()
        self.assertIn(("boundary", "if applied > expected - 1, isOpen && !isDone { return true }"), found)
        self.assertIn(("boundary", "if applied >= expected, isOpen && !isDone { return true }"), found)
        self.assertIn(("negation", "if applied >= expected - 1, isOpen || !isDone { return true }"), found)
        self.assertIn(("negation", "if applied >= expected - 1, isOpen && isDone { return true }"), found)
        self.assertIn(("comparison", "return applied != 300"), found)
        self.assertIn(("constant", "return applied == 301"), found)

    def test_statements_are_removed(self) -> None:
        removed = {each.before.strip() for each in mutants("M", "f.swift", SOURCE) if each.operator == "removed"}
        self.assertEqual(removed, {"count += 1"})

    def test_sql_is_changed_and_comments_texts_and_logs_are_not(self) -> None:
        found = self.found()
        self.assertIn(("negation", "SELECT 1 FROM t WHERE a = $1 OR b IS NULL"), found)
        self.assertIn(("comparison", "SELECT 1 FROM t WHERE a <> $1 AND b IS NULL"), found)
        self.assertFalse([each for each in found if "comment" in each[1] or "logger" in each[1]])

    def test_a_mutant_is_put_in_where_it_belongs(self) -> None:
        for mutant in mutants("M", "f.swift", SOURCE):
            changed = applied(mutant, SOURCE)
            self.assertNotEqual(changed, SOURCE)
            self.assertEqual(changed.count("\n"), SOURCE.count("\n"))


if __name__ == "__main__":
    unittest.main()
