"""What the source says in an attempt that fails."""

from __future__ import annotations

import unittest

from chaos.reading import read
from chaos.source_server import _with_stray


class WithStray(unittest.TestCase):
    """It differs from the whole body by one broken record, and by no user."""

    def test_layouts(self) -> None:
        user = b'{"id":1,"userName":"ana","email":"ana@example.com","createdAt":"2024-01-01T00:00:00Z","deleted":false}'
        for body in (b"[" + user + b"]", b"[" + user + b"," + user + b"]", b"[\n  " + user + b"\n]", user + b"\n" + user + b"\n"):
            with self.subTest(body=body):
                said, whole = read(_with_stray(body)), read(body)
                self.assertEqual(said.records, whole.records)
                self.assertTrue(said.has_damage)
                self.assertFalse(whole.has_damage)
        for body in (b"", b" [", b"x", b"\xff{"):
            with self.subTest(body=body):
                self.assertEqual(_with_stray(body), body)


if __name__ == "__main__":
    unittest.main()
