"""The generators: plans, users, bodies and damage."""

import unittest

from chaos import body, damage, faults
from chaos.__main__ import CI_SEEDS
from chaos.draw import FAULTS, draw
from chaos.plan import Damage, Plan, SyncPlan
from chaos.reading import Whole, read
from chaos.shrink import shorter
from chaos.world import World


class DrawTests(unittest.TestCase):
    def test_a_seed_gives_the_same_plan_and_the_plan_survives_its_file(self) -> None:
        for seed in range(200):
            plan = draw(seed)
            self.assertEqual(plan, draw(seed))
            self.assertEqual(plan, Plan.from_json(plan.to_json()))
            self.assertTrue(plan.describe())

    def test_every_fault_that_is_drawn_can_be_done_and_every_one_is_drawn(self) -> None:
        self.assertLessEqual(set(FAULTS), set(faults.KINDS))
        drawn = {each.kind for seed in range(1000) for sync in draw(seed).syncs for each in sync.faults}
        self.assertEqual(drawn, set(FAULTS))

    def test_the_reader_finds_exactly_what_was_written(self) -> None:
        for seed in range(60):
            plan = draw(seed)
            world = World(seed, plan.users)
            for number, sync in enumerate(plan.syncs):
                world.apply(sync.changes, number)
                records = body.records_of(list(world.present.values()), sync, str(seed))
                reading = read(damage.damaged(body.pieces_of(records, sync, str(seed)), []))
                self.assertEqual(reading.records, records)
                self.assertIs(reading.whole, Whole.YES)

    def test_an_edit_harms_few_records(self) -> None:
        world = World(1, 50)
        records = list(world.present.values())
        for kind in damage.EDITS:
            for salt in range(50):
                pieces = body.pieces_of(records, SyncPlan(), str(salt))
                reading = read(damage.damaged(pieces, [Damage(kind, 0.5, salt)]))
                self.assertLessEqual(len(set(records) - set(reading.records)), 2, kind)

    def test_no_seed_of_ci_has_a_wrong_clock(self) -> None:
        for seed in CI_SEEDS:
            self.assertEqual(draw(seed).settings.clock_offset, 0, seed)

    def test_shorter_plans_lack_one_thing(self) -> None:
        plan = draw(3)
        found = list(shorter(plan))
        self.assertTrue(found)
        for each in found:
            self.assertNotEqual(each, plan)
            self.assertLessEqual(len(each.to_json()), len(plan.to_json()))


if __name__ == "__main__":
    unittest.main()
