"""One run: raises the tree, lets it work under faults, waits for quiet, stops it. Continues where an earlier one was cut."""

import os
import random
import socket
import sys
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from . import disk, tree, work
from .ledger import Ledger, Progress
from .node import CommandFailed, Node, environment
from .proxy import Link, Proxies

# Listening ports of the proxies, below those that the system gives out.
PORTS = (20000, 32000)


class Torment:
    def __init__(self, program, folder, seed, pace):
        self.program = program
        self.folder = os.path.abspath(folder)
        self.pace = pace
        os.makedirs(self.folder, exist_ok=True)
        self.progress = Progress(os.path.join(self.folder, "progress.json"), seed)
        self.ledger = Ledger(os.path.join(self.folder, "ledger.jsonl"))
        tree.follow(self.ledger.entries)
        self.nodes = self.make_nodes()
        self.proxies = Proxies([self.make_link(unit) for unit in tree.NODES if unit.competent])
        # Pupils that schools have, for doubles elsewhere.
        self.recent = deque(maxlen=500)
        self.workers = []

    def say(self, text):
        print(f"torment: [{self.progress.before + time.monotonic() - self.progress.begin:6.1f} s] {text}", file=sys.stderr, flush=True)

    def tell_progress(self):
        counts = self.progress.values["counts"]
        steps = sum(times for what, times in counts.items() if what.startswith("acknowledged "))
        self.say(f"{counts.get('kills', 0)} kills, {counts.get('stops', 0)} stops, {steps} acknowledged, "
                 f"{len(self.progress.values['troubles'])} troubles")

    def make_nodes(self):
        here = os.path.dirname(os.path.abspath(__file__))
        shim = os.path.join(self.folder, "faulty_disk.so")
        disk.build(os.path.join(os.path.dirname(here), "faulty_disk.c"), shim)
        nodes = {}
        for unit in tree.NODES:
            folder = os.path.join(self.folder, unit.code)
            os.makedirs(folder, mode=0o700, exist_ok=True)
            data = os.path.join(folder, "data")
            nodes[unit.code] = Node(
                self.program, unit, folder, disk.FaultyDisk(shim, os.path.join(folder, "disk.control"), data))
        return nodes

    def make_link(self, unit):
        """A child remembers its parent's address, so a proxy keeps its port over interruptions."""
        ports = self.progress.values["ports"]
        if unit.code not in ports:
            ports[unit.code] = free_port(set(ports.values()))
            self.progress.save()
        parent = self.nodes[unit.competent]
        return Link(unit.code, ports[unit.code], lambda: parent.peer_port, f"{self.progress.values['seed']}/{unit.code}")

    # --- Raising ---

    def raise_tree(self):
        self.proxies.start()
        for node in self.nodes.values():
            node.kill_leftover()
        for unit in tree.UNITS:
            if unit.code in self.progress.values["raised"]:
                if unit.has_node:
                    self.nodes[unit.code].spawn()
                    self.nodes[unit.code].await_ready()
                continue
            self.found(unit)
            self.progress.values["raised"].append(unit.code)
            self.progress.save()
        classes = {unit.code: self.classes(unit) for unit in tree.SCHOOLS}
        self.say(f"{len(self.nodes)} nodes serve {len(tree.UNITS)} units")
        seed = self.progress.values["seed"]
        self.workers = [work.School(self, unit, seed, classes[unit.code]) for unit in tree.SCHOOLS]
        self.workers += [work.Judge(self, unit, seed) for unit in tree.JUDGES]

    def found(self, unit):
        if not unit.competent:
            centre = self.nodes[unit.code]
            centre.call("init", "--name", unit.name)
            centre.spawn()
            centre.await_ready()
            path = os.path.join(self.folder, "units.csv")
            with open(path, "w", encoding="utf-8") as file:
                file.write(tree.csv())
            centre.call("units", "import", path)
            return
        parent = self.nodes[unit.competent if unit.has_node else unit.node]
        if not unit.has_node:
            insist(lambda: parent.call("host", unit.code))
            return
        invitation = insist(lambda: parent.call("invite", unit.code))
        scheme = invitation["parent"].split("://")[0]
        node = self.nodes[unit.code]
        insist(lambda: node.call("join", "--parent", f"{scheme}://127.0.0.1:{self.progress.values['ports'][unit.code]}",
                                 "--code", invitation["code"]))
        node.spawn()
        node.await_ready()

    def classes(self, unit):
        """The school's class codes, made at the first call."""
        node = self.nodes[unit.node]
        found = insist(lambda: node.call("classes", "list", unit=unit.code))["classes"]
        if found:
            return found
        now = time.gmtime(time.time() + 8 * 3600)
        year = now.tm_year if now.tm_mon >= 9 else now.tm_year - 1
        return insist(lambda: node.call(
            "classes", "add", "--stage", "primary", "--year", str(year), "--count", "4", unit=unit.code))["classes"]

    # --- Pupils ---

    def offer(self, rows):
        self.recent.extend(rows)

    def any_pupil(self, chance, not_of):
        known = [one for one in list(self.recent) if one["school"] != not_of.code]
        return chance.choice(known) if known else None

    # --- The end ---

    def finish_work(self, patience=180):
        """Every workbook that was sent once is sent until it is in; then nobody acts any more."""
        for worker in self.workers:
            worker.is_ending.set()
        end = time.monotonic() + patience
        for worker in self.workers:
            worker.join(max(0.1, end - time.monotonic()))
            if worker.is_alive():
                self.progress.trouble(f"{worker.unit.code} could not finish its work after the faults")

    def await_quiet(self, patience=300):
        """All queues empty, all links up to date, every node on a path agrees. Returns what is missing, or nothing."""
        begin = time.monotonic()
        while True:
            missing = self.unrest() or self.disagreements()
            now = time.monotonic()
            if not missing:
                self.say("quiet: queues empty, links up to date, digests equal on every path")
                return []
            if now > begin + patience:
                return missing
            time.sleep(0.5)

    def unrest(self):
        found = []
        for code, node in self.nodes.items():
            try:
                status = node.call("status")
            except CommandFailed as failure:
                found.append(f"{code}: {failure}")
                continue
            waiting = {name: status[name] for name in ("unapplied", "parked", "quarantine") if status[name]}
            waiting |= {queue["office"]: queue["waiting"] for queue in status["queues"] if queue["waiting"]}
            link = status["parent"]
            if node.unit.competent and (not link["state"].startswith("connected") or link["lagEntries"]):
                waiting["link"] = f"{link['state']}, {link['lagEntries']} behind"
            files = [one["blobs"]["waiting"] for one in [link] + status["children"] if one.get("blobs")]
            if any(files):
                waiting["files"] = sum(files)
            waiting |= {alarm["code"]: alarm["text"] for alarm in status["alarms"] if alarm["code"] == "fence"}
            if waiting:
                found.append(f"{code}: {waiting}")
        return found

    def disagreements(self):
        found = []
        for unit in tree.UNITS:
            digests = {}
            for above in tree.nodes_above(unit.code):
                try:
                    digests[above] = self.nodes[above].call("status", "--subtree", unit.code)["digest"]
                except CommandFailed as failure:
                    digests[above] = str(failure)
            if len(set(digests.values())) > 1:
                found.append(f"{unit.code} differs: {digests}")
        return found

    def alarms(self):
        return {code: [f"{alarm['code']}: {alarm['text']}" for alarm in node.call("status")["alarms"]]
                for code, node in self.nodes.items()}

    def stop(self):
        """SIGTERM from the schools up."""
        for unit in reversed(tree.NODES):
            node = self.nodes[unit.code]
            if node.process and node.process.poll() is None:
                status = node.end()
                if status != 0:
                    self.progress.trouble(f"node {unit.code} ended with {status} on SIGTERM:\n{node.log_tail()}")

    def verify(self):
        """Every stopped store proves its own journal, tables and files."""
        def prove(code):
            try:
                found = self.nodes[code].call("verify", patience=300)["problems"]
            except CommandFailed as failure:
                found = (failure.answer or {}).get("problems") or str(failure)
            if found:
                self.progress.trouble(f"verify at {code}: {str(found)[:400]}")
            else:
                self.progress.count("stores verified")
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(prove, self.nodes))

    def abandon(self):
        """Interrupted: nothing is left running, everything can go on later."""
        for node in self.nodes.values():
            if node.process and node.process.poll() is None:
                node.kill()
        self.count_hits()

    def count_hits(self):
        """What the proxies did in this session, once, at its end."""
        for kind, times in self.proxies.hits().items():
            self.progress.count(f"hit by {kind}", times)
        self.progress.save()


def insist(act, patience=60):
    """What a node cannot do yet, because it has not heard of it, it can do moments later."""
    end = time.monotonic() + patience
    while True:
        try:
            return act()
        except CommandFailed:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def free_port(taken):
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(*PORTS)
        with socket.socket() as trial:
            if port in taken:
                continue
            try:
                trial.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
