"""Which part is the limit, and how long a benchmark takes."""

import argparse
import unittest

from harness import estimate, scaling
from harness.measurement import Run, Usage


def run(*, depth=0, **cpu):
    usage = {"user-sync": Usage(cpu.get("orchestrator", 1.0)), "worker-1": Usage(cpu.get("worker", 1.0)),
             "postgres": Usage(cpu.get("postgres", 2.0)), "sqs": Usage(cpu.get("sqs", 1.0)), "proxy": Usage(0.5), "simulator": Usage(0.1)}
    return Run("user-sync", "delayed", 1_000_000, 10.0, usage, depth=depth, workers=2, consumers=1)


class LimitTests(unittest.TestCase):
    def test_a_machine_without_an_idle_core_is_the_limit_and_the_largest_part_is_named(self):
        self.assertEqual(scaling.limit_of(run(postgres=15.0), 2), "the processors, most of all PostgreSQL")

    def test_a_server_that_fills_its_one_core_is_the_limit(self):
        self.assertIn("SQS server", scaling.limit_of(run(sqs=9.0), 4))

    def test_messages_that_wait_while_cores_are_idle_mean_too_few_workers(self):
        self.assertIn("the workers", scaling.limit_of(run(depth=50), 2))

    def test_an_empty_queue_while_cores_are_idle_means_a_slow_producer(self):
        self.assertIn("the source", scaling.limit_of(run(depth=0), 2))


class EstimateTests(unittest.TestCase):
    def options(self, **other):
        chosen = {"users": 1_000_000, "repeat": 5, "resync_rounds": 5, "contenders": [*estimate.SYNC_SECONDS, "limits"],
                  "scenarios": ["fresh", "unchanged", "changed"], "pace_seconds": 600, "scaling_users": 500_000, "parts": ["peers"]}
        return argparse.Namespace(**{**chosen, **other})

    def test_fewer_re_syncs_of_the_peers_take_less_time(self):
        more, fewer = (estimate.part_seconds(self.options(resync_rounds=rounds), "peers") for rounds in (5, 1))
        self.assertLess(fewer, 0.6 * more)

    def test_the_command_that_documents_name_for_half_an_hour_takes_no_more(self):
        seconds = estimate.part_seconds(self.options(resync_rounds=1), "peers")
        self.assertLess(seconds + estimate.START, 35 * 60)

    def test_pace_takes_what_it_says_and_is_not_repeated(self):
        self.assertAlmostEqual(estimate.part_seconds(self.options(), "pace"), 620, delta=20)

    def test_every_part_has_an_estimate(self):
        parts = ["peers", "sizes", "pace", "scaling", "fields", "against", "steps"]
        lines = list(estimate.lines(self.options(parts=parts)))
        self.assertEqual(len(lines), len(parts) + 1)
        self.assertTrue(lines[-1].startswith("in all"))


if __name__ == "__main__":
    unittest.main()
