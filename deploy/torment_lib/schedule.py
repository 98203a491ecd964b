"""When which fault comes: drawn from the seed, carried out on real processes, links and disks."""

import heapq
import itertools
import random
import subprocess
import time

from . import disk, proxy
from .events import Events
from .node import environment

# Seconds between two faults, on the average.
PAUSE = 0.6
# Exit status of a refusal for storage, as the contract has it.
STORAGE = 5


class Schedule:
    def __init__(self, torment, kills):
        self.torment = torment
        self.progress = torment.progress
        self.target = kills
        self.chance = random.Random(f"{self.progress.values['seed']}/{self.progress.counted('kills')}")
        self.nodes = list(torment.nodes.values())
        self.events = []
        self.operators = Events(self)
        self.serial = itertools.count()
        # Nodes by what is being done to them.
        self.down, self.starting, self.sick, self.bad_links = set(), set(), {}, set()
        # The process of a node that last met a failing disk: what SQLite had then opened for reading alone stays so.
        self.hurt = {}

    def run(self):
        """Until so many kills are done; everything is well again when it returns."""
        next_fault = next_word = time.monotonic()
        while self.progress.counted("kills") < self.target:
            now = time.monotonic()
            self.perform_due(now)
            self.supervise(now)
            self.operators.perform_due(self.progress.counted("kills"))
            if now >= next_fault:
                self.fault()
                next_fault = now + self.chance.expovariate(1 / PAUSE)
            if now >= next_word:
                self.torment.tell_progress()
                next_word = now + 10
            time.sleep(0.02)
        self.heal()

    def later(self, seconds, act):
        heapq.heappush(self.events, (time.monotonic() + seconds, next(self.serial), act))

    def perform_due(self, now):
        while self.events and self.events[0][0] <= now:
            heapq.heappop(self.events)[2]()

    # --- Looking after processes, as systemd would ---

    def supervise(self, now):
        for node in self.nodes:
            if node in self.down:
                continue
            if node in self.starting and node.is_ready():
                self.starting.discard(node)
            status = node.process.poll()
            if status is None:
                continue
            self.starting.discard(node)
            # A node may give up where its disk fails, in order and saying so.
            if status == STORAGE and (node in self.sick or self.hurt.get(node) is node.process):
                self.progress.count("ended by a failing disk")
            else:
                self.progress.trouble(f"node {node.unit.code} ended by itself with {status}:\n{node.log_tail()}")
            node.peer_port = None
            self.restart_after(node, 0.5)

    def restart_after(self, node, seconds):
        self.down.add(node)
        self.later(seconds, lambda: self.start(node))

    def start(self, node):
        if node in self.down:
            self.down.discard(node)
            self.starting.add(node)
            node.spawn()

    # --- Faults ---

    def fault(self):
        choice = self.chance.random()
        if choice < 0.42:
            self.kill_some()
        elif choice < 0.52:
            self.stop_one()
        elif choice < 0.84:
            self.worsen_link()
        elif choice < 0.97:
            self.break_disk()
        else:
            self.start_twice()

    def kill_some(self):
        centre = self.torment.nodes["000000"]
        choice = self.chance.random()
        if choice < 0.12:
            victims = [centre]
        elif choice < 0.22 and self.starting:
            # Killed again before it serves.
            victims = [self.chance.choice(sorted(self.starting, key=lambda node: node.unit.code))]
        elif choice < 0.32:
            child = self.chance.choice([node for node in self.nodes if node is not centre])
            victims = [child, self.torment.nodes[child.unit.competent]]
        elif choice < 0.36:
            victims = self.chance.sample(self.nodes, 4)
        else:
            victims = [self.chance.choice(self.nodes)]
        for node in victims:
            self.kill(node)

    def kill(self, node):
        if node in self.down or node.process.poll() is not None or self.progress.counted("kills") >= self.target:
            return
        self.progress.count("kills")
        if node.is_stopped:
            self.progress.count("kills of a stopped process")
        if node in self.starting:
            self.progress.count("kills while starting")
        if node in self.sick:
            self.progress.count("kills on a failing disk")
        self.starting.discard(node)
        node.kill()
        seconds = self.chance.choice((0, 0, 0.2, 0.5, 1, 2, 5 if self.chance.random() < 0.3 else 1))
        self.restart_after(node, seconds)
        self.progress.save()

    def stop_one(self):
        node = self.chance.choice(self.nodes)
        if node in self.down or node.is_stopped or node.process.poll() is not None:
            return
        node.stop()
        self.progress.count("stops")
        process = node.process

        def go_on():
            if node.process is process:
                node.go_on()
        self.later(self.chance.uniform(0.3, 6), go_on)

    def worsen_link(self):
        child = self.chance.choice(sorted(self.torment.proxies.links))
        if child in self.bad_links:
            return
        kind = self.chance.choice(proxy.KINDS)
        self.bad_links.add(child)
        self.torment.proxies.worsen(child, kind)
        self.progress.count(f"link {kind}")

        def mend():
            self.torment.proxies.mend(child)
            self.bad_links.discard(child)
        self.later(self.chance.uniform(0.5, 6), mend)

    def break_disk(self):
        node = self.chance.choice(self.nodes)
        if node in self.sick or node in self.down:
            return
        kind = self.chance.choice(sorted(disk.KINDS))
        nth = self.chance.choice((1, 2, 3, 5, 8, 13, 21, 34, 55))
        self.sick[node] = (kind, node.disk.hits)
        node.disk.arm(kind, nth, tears=self.chance.random() < 0.5)

        def mend():
            node.disk.mend()
            _, before = self.sick.pop(node)
            if node.disk.hits > before:
                self.hurt[node] = node.process
                self.progress.count(f"disk {kind}")
                self.progress.count("failed disk calls", node.disk.hits - before)
        self.later(self.chance.uniform(0.5, 5), mend)

    def start_twice(self):
        """A second process on a folder must refuse and say why; the first must not notice."""
        able = [node for node in self.nodes if node not in self.down and node not in self.starting
                and node not in self.sick and not node.is_stopped and node.process.poll() is None]
        if not able:
            return
        node = self.chance.choice(able)
        ended = subprocess.run(
            [node.program, "serve", "--data", node.data, "--listen", "127.0.0.1:0", "--peer-listen", "127.0.0.1:0", "--json"],
            env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        said = (ended.stdout + ended.stderr).decode(errors="replace")
        if ended.returncode != STORAGE or "另一个进程" not in said:
            self.progress.trouble(f"a second process on {node.unit.code} ended with {ended.returncode}: {said[-300:]}")
        if node.process.poll() is not None:
            self.progress.trouble(f"node {node.unit.code} ended when a second process was started")
        node.call("status", patience=60)
        self.progress.count("second instances refused")

    # --- The end ---

    def heal(self):
        """No fault is left, every node serves."""
        for node in self.nodes:
            node.disk.mend()
            node.go_on()
        for child in self.torment.proxies.links:
            self.torment.proxies.mend(child)
        for node, (kind, before) in self.sick.items():
            if node.disk.hits > before:
                self.progress.count(f"disk {kind}")
                self.progress.count("failed disk calls", node.disk.hits - before)
        self.events = []
        for node in sorted(self.down, key=lambda node: node.unit.code):
            self.start(node)
        # One that a failing disk had ended is started anew.
        end = time.monotonic() + 60
        while self.starting and time.monotonic() < end:
            self.supervise(time.monotonic())
            self.perform_due(time.monotonic())
            time.sleep(0.05)
        for node in self.starting:
            self.progress.trouble(f"node {node.unit.code} does not serve after all faults:\n{node.log_tail()}")
