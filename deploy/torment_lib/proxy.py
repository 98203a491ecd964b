"""A TCP proxy on every link from child to parent, which can be made to misbehave. It knows bytes only: TLS or plain, it does
not look."""

import asyncio
import random
import threading
from collections import Counter

CHUNK = 16384

# What a link can be made to do, from the moment of `worsen` until `mend`.
KINDS = ("refuse", "drop", "delay", "cut", "corrupt", "lost_reply", "blackhole", "one_way")


class Link:
    """One child's way to its parent."""

    def __init__(self, child, port, upstream, seed):
        self.child = child
        self.port = port
        # Returns the parent's present peer port, or None while it is down.
        self.upstream = upstream
        self.kind = None
        # Times that each fault has really touched a connection.
        self.hits = Counter()
        self.chance = random.Random(seed)
        self.writers = set()

    def worsen(self, kind):
        """Existing connections feel it too."""
        self.kind = kind
        if kind in ("refuse", "drop"):
            self.abort(kind)

    def mend(self):
        # What was swallowed cannot be given back within a connection: TCP loses no bytes in the middle.
        if self.kind in ("lost_reply", "blackhole", "one_way"):
            self.abort(None)
        self.kind = None

    def abort(self, kind):
        for writer in list(self.writers):
            if kind:
                self.hits[kind] += 1
            writer.transport.abort()

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            port = self.upstream()
            if self.kind == "refuse" or port is None:
                if self.kind == "refuse":
                    self.hits["refuse"] += 1
                writer.transport.abort()
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.transport.abort()
            return
        finally:
            self.writers.discard(writer)
        self.writers |= {writer, there_writer}
        try:
            await asyncio.gather(self.pump(reader, there_writer, up=True), self.pump(there_reader, writer, up=False))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writers -= {writer, there_writer}
            writer.transport.abort()
            there_writer.transport.abort()

    async def pump(self, reader, writer, up):
        while data := await reader.read(CHUNK):
            data = await self.through(data, writer, up)
            if data is None:
                writer.transport.abort()
                raise ConnectionAbortedError
            if data:
                writer.write(data)
                await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def through(self, data, writer, up):
        """What of a chunk goes on; None ends the connection."""
        kind = self.kind
        if kind == "delay":
            self.hits["delay"] += 1
            await asyncio.sleep(self.chance.uniform(0.05, 1.2))
        elif kind == "cut" and self.chance.random() < 0.5:
            self.hits["cut"] += 1
            writer.write(data[:self.chance.randrange(len(data))])
            await asyncio.sleep(0)
            return None
        elif kind == "corrupt" and self.chance.random() < 0.4:
            self.hits["corrupt"] += 1
            changed = bytearray(data)
            for _ in range(self.chance.choice((1, 1, 3))):
                changed[self.chance.randrange(len(changed))] ^= 1 << self.chance.randrange(8)
            return bytes(changed)
        elif kind == "blackhole" or (kind == "lost_reply" and not up) or (kind == "one_way" and up):
            self.hits[kind] += 1
            return b""
        return data


class Proxies:
    """All links, in one thread of their own. Methods may be called from any thread."""

    def __init__(self, links):
        self.links = {link.child: link for link in links}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def start(self):
        self.thread.start()
        for link in self.links.values():
            asyncio.run_coroutine_threadsafe(
                asyncio.start_server(link.serve, "127.0.0.1", link.port, reuse_address=True), self.loop).result(10)

    def worsen(self, child, kind):
        self.loop.call_soon_threadsafe(self.links[child].worsen, kind)

    def mend(self, child):
        self.loop.call_soon_threadsafe(self.links[child].mend)

    def hits(self):
        return sum((link.hits for link in self.links.values()), Counter())
