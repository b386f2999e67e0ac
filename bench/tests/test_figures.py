"""Documents hold what the file of results gives, and nothing that a person put there."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from harness import figures
from harness.blocks import BLOCKS
from harness.results import Results

from .samples import every_part, part, run, whole

FILE = "bench/results.json"


def document(*names):
    return "\n".join(["# Page", ""] + [f"<!-- figures: {name} from {FILE} -->\n{figures.END}\n" for name in names])


class FiguresTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.page = self.root / "page.md"
        every_part().save(self.root / FILE)

    def write(self, text):
        self.page.write_text(text)
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(figures.check_or_write(self.root, ["page.md"], check=False), [])
        return self.page.read_text()

    def problems(self):
        return figures.check_or_write(self.root, ["page.md"], check=True)

    def test_every_block_is_written_once_and_then_checks(self):
        text = self.write(document(*BLOCKS))
        self.assertIn("| empty table | 167", text)
        self.assertNotIn("Not measured yet", text)
        self.assertEqual(self.problems(), [])
        self.assertEqual(self.write(text), text)

    def test_a_figure_changed_by_hand_is_found_and_its_block_named(self):
        text = self.write(document("peers", "goals"))
        self.page.write_text(text.replace("167 000", "177 000", 1))
        self.assertEqual(len(self.problems()), 1)
        self.assertIn("the figures of peers are not", self.problems()[0])

    def test_other_results_in_the_file_are_found(self):
        self.write(document("summary"))
        results = whole()
        results.parts["peers"].runs[0].seconds = 5.0
        results.save(self.root / FILE)
        self.assertEqual(len(self.problems()), 1)

    def test_results_that_were_edited_by_hand_are_refused(self):
        path = self.root / FILE
        path.write_text(path.read_text().replace('"seconds": 43.0', '"seconds": 53.0'))
        self.write_fails(document("summary"), "edited by hand", ValueError)

    def test_without_a_file_or_a_part_a_block_says_that_nothing_was_measured(self):
        (self.root / FILE).unlink()
        self.assertEqual(self.write(document(*BLOCKS)).count("Not measured yet"), len(BLOCKS) - 1)
        self.assertEqual(self.problems(), [])

    def test_marks_without_an_end_and_unknown_names_are_refused(self):
        self.write_fails(f"<!-- figures: peers from {FILE} -->\n", "no beginning or no end", figures.WrongDocument)
        self.write_fails(document("nonsense"), "'nonsense' is unknown", figures.WrongDocument)

    def write_fails(self, text, words, error):
        self.page.write_text(text)
        with self.assertRaisesRegex(error, words):
            figures.check_or_write(self.root, ["page.md"], check=False)

    def test_the_documents_of_this_project_hold_the_figures_of_the_file_they_name(self):
        self.assertEqual(figures.check_or_write(figures.ROOT, figures.DOCUMENTS, check=True), [])

    def test_the_readme_has_at_most_900_words(self):
        self.assertLessEqual(len((figures.ROOT / "README.md").read_text().split()), 900)


class ResultsTests(unittest.TestCase):
    def test_a_file_gives_back_what_was_saved(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "results.json"
            results = every_part()
            results.save(path)
            again = Results.load(path)
            self.assertEqual([vars(part) for part in again.parts.values()], [vars(part) for part in results.parts.values()])
            again.save(path.with_name("again.json"))
            self.assertEqual(path.read_text(), path.with_name("again.json").read_text())

    def test_parts_of_another_run_replace_the_same_parts_and_leave_the_others(self):
        both = whole().replace(Results({"pace": part(run(scenario="pace", dollars=2.0))}))
        self.assertEqual([run.dollars for run in both.parts["pace"].runs], [2.0])
        self.assertEqual(len(both.parts["sizes"].runs), 12)

    def test_rounds_of_a_later_run_are_added_and_the_median_is_that_of_all(self):
        earlier, later = Results({"peers": part(run(seconds=5.0))}), Results({"peers": part(run(seconds=7.0))})
        both = earlier.add(later).parts["peers"]
        self.assertEqual((both.rounds, both.find("user-sync", "fresh").seconds), (2, 6.0))
        self.assertIn(" and ", both.origin())
        later.parts["peers"].commit = "other"
        with self.assertRaisesRegex(ValueError, "do not add up"):
            earlier.add(later)

    def test_the_median_of_each_figure_is_taken_by_itself(self):
        found = part(run(seconds=5.0, wal=3), run(seconds=9.0, wal=1), run(seconds=7.0, wal=2)).find("user-sync", "fresh")
        self.assertEqual((found.seconds, found.wal), (7.0, 2))


if __name__ == "__main__":
    unittest.main()
