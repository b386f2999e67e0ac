"""The reference reader of the stream."""

import unittest

from chaos.reading import Whole, moment, read

ANA = b'{"id":1,"userName":"ana","email":"a@x","createdAt":"2024-05-01T10:00:00.000Z","deleted":false}'
BEA = ANA.replace(b"ana", b"bea")


class ReadingTests(unittest.TestCase):
    def names(self, body: bytes) -> list[str]:
        return [each.name for each in read(body).records]

    def test_finds_the_users_of_every_layout(self) -> None:
        for body in (b"[%b,%b]", b"[%b][%b]", b"%b\n%b\n", b"[ %b , %b ]\n"):
            self.assertEqual(self.names(body % (ANA, BEA)), ["ana", "bea"])
            self.assertFalse(read(body % (ANA, BEA)).has_damage)

    def test_finds_what_is_sound_around_damage(self) -> None:
        for broken in (b" " + ANA[1:], b'{"id": 50,', ANA.replace(b"userName", b"us\x01rName"), ANA.replace(b"a@x", b"\xff")):
            reading = read(b"[%b,%b]" % (broken, BEA))
            self.assertEqual([each.name for each in reading.records], ["bea"])
            self.assertTrue(reading.has_damage)

    def test_an_array_that_does_not_end_is_a_cut(self) -> None:
        self.assertIs(read(b"[%b,%b]" % (ANA, BEA)).whole, Whole.YES)
        self.assertIs(read(b"[%b,%b," % (ANA, BEA)).whole, Whole.NO)
        self.assertIs(read(b"[%b][%b" % (ANA, BEA)).whole, Whole.NO)
        self.assertIs(read(b"%b\n%b\n" % (ANA, BEA)).whole, Whole.YES)

    def test_refuses_users_that_are_none(self) -> None:
        for field, wrong in ((b'"id":1', b'"id":1.5'), (b"false", b"0"), (b'"ana"', b'""'), (b'"ana"', b'"a\\u0000"'), (b"-05-", b"-13-")):
            reading = read(b"[%b]" % ANA.replace(field, wrong))
            self.assertEqual(reading.records, [])
            self.assertTrue(reading.has_damage)

    def test_reads_times_as_rfc_3339_writes_them(self) -> None:
        self.assertEqual(moment("1970-01-01T00:00:01Z"), 1_000_000)
        self.assertEqual(moment("1970-01-01T01:00:00.5+01:00"), 500_000)
        self.assertEqual(moment("1970-01-01t00:00:00.1234569z"), 123_456)
        for wrong in ("1970-01-01", "1970-02-30T00:00:00Z", "1970-01-01 00:00:00Z", "1970-01-01T00:00:00+24:00"):
            self.assertIsNone(moment(wrong))


if __name__ == "__main__":
    unittest.main()
