"""A slow line between a child and its parent: so many bits a second each way, shared by all connections in the order in which their
bytes come, a latency, and the buffer of a modem in front of it. What does not fit into the buffer waits at its sender."""

import asyncio
import socket
import threading
from collections import deque

SEGMENT = 1400


class Pipe:
    """One direction. Bytes leave in the order in which they came, whatever connection they belong to."""

    def __init__(self, rate, latency, buffer):
        self.rate = rate
        self.latency = latency
        self.room = buffer
        self.queue = deque()
        self.changed = asyncio.Condition()
        self.carried = 0

    async def put(self, data, writer):
        async with self.changed:
            await self.changed.wait_for(lambda: self.room >= len(data))
            self.room -= len(data)
            self.queue.append((data, writer))
            self.changed.notify_all()

    async def carry(self):
        loop = asyncio.get_running_loop()
        free_at = 0.0
        while True:
            async with self.changed:
                await self.changed.wait_for(lambda: self.queue)
                data, writer = self.queue.popleft()
            free_at = max(free_at, loop.time()) + len(data) / self.rate
            await asyncio.sleep(max(0, free_at - loop.time()))
            self.carried += len(data)
            # Timers of one loop fire in the order of their times: bytes stay in order.
            loop.call_at(free_at + self.latency, self.deliver, data, writer)
            async with self.changed:
                self.room += len(data)
                self.changed.notify_all()

    @staticmethod
    def deliver(data, writer):
        if writer.is_closing():
            return
        if data:
            writer.write(data)
            return
        try:
            writer.write_eof()
        except OSError:
            # The other side was faster.
            writer.close()


class SlowLine:
    """Methods may be called from any thread; `upstream` returns the parent's port."""

    def __init__(self, host, upstream, kilobits=64, latency=0.15, buffer=16384):
        self.host = host
        self.upstream = upstream
        self.settings = (kilobits * 1000 / 8, latency, buffer)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.connections = 0

    def start(self):
        """The port on which it listens."""
        self.thread.start()
        return asyncio.run_coroutine_threadsafe(self.open(), self.loop).result(10)

    async def open(self):
        self.up, self.down = Pipe(*self.settings), Pipe(*self.settings)
        self.tasks = [asyncio.create_task(pipe.carry()) for pipe in (self.up, self.down)]
        listener = socket.create_server((self.host, 0))
        # What the kernel takes in for us would be a second buffer in front of the line.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.server = await asyncio.start_server(self.serve, sock=listener, limit=SEGMENT)
        return listener.getsockname()[1]

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            there = socket.socket()
            there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            there.setblocking(False)
            await self.loop.sock_connect(there, ("127.0.0.1", self.upstream()))
            there_reader, there_writer = await asyncio.open_connection(sock=there, limit=SEGMENT)
        except OSError:
            writer.transport.abort()
            return
        try:
            await asyncio.gather(self.pump(reader, there_writer, self.up), self.pump(there_reader, writer, self.down))
            await asyncio.sleep(2 * self.settings[1])
        except OSError:
            pass
        finally:
            writer.close()
            there_writer.close()

    @staticmethod
    async def pump(reader, writer, pipe):
        while data := await reader.read(SEGMENT):
            await pipe.put(data, writer)
        await pipe.put(b"", writer)
