"""What --check judges."""

import unittest

from harness import goals
from harness.results import Results

from .samples import MB, part, run, whole


def verdicts(results):
    return {goal.text: goal.verdict for goal in goals.evaluate(results)}


class GoalTests(unittest.TestCase):
    def test_every_goal_of_a_run_that_is_good_enough_holds(self):
        self.assertEqual(set(verdicts(whole()).values()), {"holds"})

    def test_without_runs_every_goal_is_not_measured(self):
        found = goals.evaluate(Results())
        self.assertEqual({goal.verdict for goal in found}, {"not measured"})
        self.assertEqual(len(list(found)), len(list(goals.evaluate(whole()))))

    def test_a_contender_that_did_not_run_leaves_its_goal_unmeasured_and_no_other(self):
        for name, words in (("dlt", "over dlt"), ("sling", "over sling"), ("singer", "over the Singer target"), ("by-hand", "by hand")):
            results = whole()
            peers = results.parts["peers"]
            peers.runs = [run for run in peers.runs if run.contender != name]
            missing = [text for text, verdict in verdicts(results).items() if verdict == "not measured"]
            self.assertEqual(len(missing), 1, name)
            self.assertIn(words, missing[0])

    def test_each_bound_is_that_of_its_goal(self):
        # By how much a figure is changed, the start of the goal's text, and what then becomes of it.
        cases = [
            (lambda parts: slower(parts, "by-hand", 6.61), "fresh: users/s, over COPY", "holds"),
            (lambda parts: slower(parts, "by-hand", 6.59), "fresh: users/s, over COPY", "FAILS"),
            (lambda parts: slower(parts, "script", 12.0), "fresh: users/s, over the Python", "holds"),
            (lambda parts: slower(parts, "script", 11.9), "fresh: users/s, over the Python", "FAILS"),
            (lambda parts: slower(parts, "dlt", 41.9), "fresh: users/s, over dlt", "FAILS"),
            (lambda parts: slower(parts, "sling", 11.9), "fresh: users/s, over sling", "FAILS"),
            (lambda parts: slower(parts, "singer", 59.9), "fresh: users/s, over the Singer", "FAILS"),
            (lambda parts: slower(parts, "user-sync", 1.1, "unchanged"), "nothing changed: times", "FAILS"),
            (lambda parts: parts["peers"].runs.__setitem__(2, changed(wal=72 * MB)), "1% changed, after", "FAILS"),
            (lambda parts: parts["peers"].runs.__setitem__(2, changed(hot=9_400)), "1% changed: percent", "FAILS"),
            (lambda parts: parts["peers"].runs.__setitem__(0, run(peak=65)), "peak memory of each process, delta", "FAILS"),
            (lambda parts: parts["peers"].runs.__setitem__(3, run("user-sync-full", peak=65)), "peak memory of each process, full", "FAILS"),
            (lambda parts: parts["sizes"].runs.__setitem__(10, large("changed", 14.0, peak=71)), "the same with 10 times the users, both", "FAILS"),
            (lambda parts: parts["sizes"].runs.__setitem__(10, large("changed", 14.0, peak=70)), "the same with 10 times the users, both", "holds"),
            (lambda parts: parts["sizes"].runs.__setitem__(8, large("fresh", 73.0)), "fresh: time per user", "FAILS"),
            (lambda parts: parts["sizes"].runs.__setitem__(9, large("unchanged", 12.1)), "nothing changed: time per user", "FAILS"),
            (lambda parts: parts["sizes"].runs.__setitem__(9, large("unchanged", 11.0)), "the same with 10 times the users", "FAILS"),
            (lambda parts: setattr(parts["pace"].runs[0], "lag", 0.5), "at the source's pace", "FAILS"),
            (lambda parts: setattr(parts["pace"].runs[0], "dollars", 1.0), "ten minutes of it: dollars", "FAILS"),
        ]
        for change, text, verdict in cases:
            results = whole()
            change(results.parts)
            found = [goal for goal in goals.evaluate(results) if goal.text.startswith(text)]
            self.assertEqual(found[0].verdict, verdict, f"{text}: {found[0].found}")

    def test_the_median_of_the_rounds_counts_not_the_worst(self):
        results = whole()
        results.parts["peers"].runs += [run(seconds=60.0), run(seconds=6.0), run(peak=90)]
        self.assertEqual(set(verdicts(results).values()), {"holds"})

    def test_a_peak_without_one_of_its_scenarios_is_not_measured_unless_it_is_too_large_already(self):
        for peak, verdict in ((60, "not measured"), (65, "FAILS")):
            found = goals.peak("memory", 64, [[run(peak=peak)], []])
            self.assertEqual(found.verdict, verdict)

    def test_shared_servers_do_not_count_as_the_contenders_memory_or_processor_time(self):
        self.assertEqual(run(cpu=2.0, peak=60).peak(), 60 * MB)
        self.assertAlmostEqual(run(cpu=2.0).cpu(), 2.0)

    def test_a_short_run_at_pace_tells_the_lag_and_nothing_of_ten_minutes(self):
        results = whole()
        results.parts["pace"].runs[0].users = 10_000
        found = [goal.verdict for goal in goals.pace(results.parts["pace"])]
        self.assertEqual(found, ["holds", "not measured", "not measured", "not measured"])

    def test_an_earlier_build_is_judged_only_when_it_ran(self):
        results = whole()
        before = len(list(goals.evaluate(results)))
        results.parts["against"] = part(run("before"), run(seconds=6.3), run("before", "unchanged"), run(scenario="unchanged"))
        found = list(goals.evaluate(results))
        self.assertEqual([goal.verdict for goal in found[before:]], ["FAILS", "holds"])


def slower(parts, contender, seconds, scenario="fresh"):
    found = next(run for run in parts["peers"].runs if (run.contender, run.scenario) == (contender, scenario))
    found.seconds = seconds


def changed(**other):
    return run(scenario="changed", seconds=1.2, **{"wal": 60 * MB, "rows": 10_000, "hot": 9_900, **other})


def large(scenario, seconds, **other):
    return run(scenario=scenario, users=10_000_000, seconds=seconds, **other)


if __name__ == "__main__":
    unittest.main()
