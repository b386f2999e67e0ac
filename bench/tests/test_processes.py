"""Memory of a process: pages of an index's file, which has no name any more, do not count."""

import mmap
import os
import tempfile
import unittest

from harness.processes import PeakWatch, index_bytes, resident_bytes

SIZE = 48 << 20


class PeakTests(unittest.TestCase):
    def mapped(self, *, unlinked):
        """A file of that size with all of its pages in memory."""
        file = tempfile.NamedTemporaryFile(delete=unlinked)
        file.truncate(SIZE)
        pages = mmap.mmap(file.fileno(), SIZE)
        self.addCleanup(pages.close)
        if unlinked:
            file.close()
        else:
            self.addCleanup(os.unlink, file.name)
            self.addCleanup(file.close)
        for position in range(0, SIZE, mmap.PAGESIZE):
            pages[position] = 1
        return pages

    def test_a_process_without_such_a_file_has_no_index(self):
        self.mapped(unlinked=False)
        self.assertIsNone(index_bytes(os.getpid()))

    def test_pages_of_a_file_without_a_name_are_those_of_the_index_and_are_left_out(self):
        before = resident_bytes(os.getpid())
        watch = PeakWatch(os.getpid())
        self.mapped(unlinked=True)
        self.assertGreaterEqual(index_bytes(os.getpid()), SIZE)
        self.assertGreaterEqual(resident_bytes(os.getpid()), before + SIZE)
        watch.look()
        self.assertLess(watch.peak, before + SIZE // 2)

    def test_a_process_that_is_gone_has_used_nothing(self):
        watch = PeakWatch(2**22 + 1)
        watch.look()
        self.assertEqual(watch.peak, 0)


if __name__ == "__main__":
    unittest.main()
