"""The proxy before the database: later, in order, complete."""

import array
import asyncio
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "servers"))
import delaying_proxy  # noqa: E402

DELAY = 0.05
MUCH = array.array("I", range(3 << 20)).tobytes()


class DelayingProxyTests(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        async def answer(reader, writer):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
            writer.close()

        self.server = await asyncio.start_server(answer, "127.0.0.1", 0)
        upstream = self.server.sockets[0].getsockname()[1]
        self.proxy = await asyncio.get_running_loop().create_server(
            lambda: delaying_proxy.Client(upstream, DELAY), "127.0.0.1", 0)
        self.port = self.proxy.sockets[0].getsockname()[1]

    async def asyncTearDown(self):
        # The ends of connections reach the server.
        await asyncio.sleep(2 * DELAY)
        self.proxy.close()
        self.server.close()

    async def test_an_answer_comes_later_and_many_at_once_wait_together(self):
        async def ask():
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            began = time.monotonic()
            writer.write(b"ping")
            self.assertEqual(await reader.readexactly(4), b"ping")
            writer.close()
            return time.monotonic() - began

        began = time.monotonic()
        times = await asyncio.gather(*(ask() for _ in range(20)))
        self.assertGreaterEqual(min(times), DELAY - 0.001)
        self.assertLess(time.monotonic() - began, 10 * DELAY)

    async def test_more_than_fits_on_its_way_comes_complete_and_in_order_before_the_end(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)

        async def send():
            for start in range(0, len(MUCH), 1 << 20):
                writer.write(MUCH[start:start + (1 << 20)])
                await writer.drain()

        sending = asyncio.create_task(send())
        received = await asyncio.wait_for(reader.readexactly(len(MUCH)), 30)
        await sending
        self.assertTrue(received == MUCH, "other bytes than were sent")
        writer.close()


if __name__ == "__main__":
    unittest.main()
