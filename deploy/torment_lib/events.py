"""What operators do in the midst of a torment, each once in a run: a school goes to another county, a node is put back from a backup."""

import os
import threading
import time

from . import tree
from .node import CommandFailed

MOVED, FROM, TO, ABOVE = "2144000201", "440106", "440113", "440100"
# A county that hosts a school, so that two units' streams go back in time.
RESTORED = "430104"


class Events:
    """Runs in the schedule's thread. While it waits, processes are looked after; new faults wait."""

    def __init__(self, schedule):
        self.schedule = schedule
        self.torment = schedule.torment
        self.progress = schedule.progress

    def perform_due(self, kills):
        done = self.progress.values.setdefault("events", [])
        for name, share, act in (("backup", 0.2, self.back_up), ("move", 0.4, self.move), ("restore", 0.7, self.restore)):
            if name not in done and kills >= share * self.schedule.target:
                begin = time.monotonic()
                act()
                done.append(name)
                self.progress.count(name)
                self.progress.save()
                self.torment.say(f"{name} done in {time.monotonic() - begin:.1f} s")

    def insist(self, act, what, patience=120):
        """Until it succeeds; tends to the processes meanwhile, with the links and disks as they are."""
        end = time.monotonic() + patience
        while True:
            answers, failures = [], []

            def attempt():
                try:
                    answers.append(act())
                except CommandFailed as failure:
                    failures.append(failure)
            thread = threading.Thread(target=attempt, daemon=True)
            thread.start()
            while thread.is_alive():
                self.tend()
            if answers and answers[0] is not False:
                return answers[0]
            if time.monotonic() > end:
                self.progress.trouble(f"{what}: {failures[-1] if failures else 'did not come true'}")
                return None
            self.tend()

    def tend(self):
        now = time.monotonic()
        self.schedule.perform_due(now)
        self.schedule.supervise(now)
        time.sleep(0.02)

    # --- A school goes to another county ---

    def move(self):
        nodes = self.torment.nodes
        answer = self.insist(lambda: self.move_record(nodes[ABOVE]), "units move")
        if answer is None:
            return
        self.torment.ledger.write({"act": "move", "unit": MOVED, "to": TO, "dossiers": []})
        tree.move(MOVED, TO)
        # Its former parent tells it. Then the proxy, which keeps its port, leads to the new one: the address that the school has followed
        # to goes with the next kill there.
        self.insist(lambda: "parent.moved" in self.alarms(nodes[MOVED]), "the school hears of its move", patience=240)
        self.torment.proxies.links[MOVED].upstream = lambda: nodes[TO].peer_port
        address = f"https://127.0.0.1:{self.torment.proxies.links[MOVED].port}"
        self.insist(lambda: nodes[MOVED].call("parent", address), "the school calls its new parent")

    @staticmethod
    def move_record(node):
        try:
            return node.call("units", "move", MOVED, "--to", TO)
        except CommandFailed as failure:
            # An answer that a kill swallowed: the record is there all the same.
            if failure.code == "units.same":
                return {}
            raise

    @staticmethod
    def alarms(node):
        return [alarm["code"] for alarm in node.call("status")["alarms"]]

    # --- A node is put back ---

    def back_up(self):
        node, place = self.torment.nodes[RESTORED], os.path.join(self.torment.folder, "backups")
        os.makedirs(place, exist_ok=True)
        self.insist(lambda: node.call("backup", "--out", place), "backup")

    def restore(self):
        """What was acknowledged here and has not reached the parent dies with a disk: so the clerks rest first, until nothing waits."""
        node, place = self.torment.nodes[RESTORED], os.path.join(self.torment.folder, "backups")
        clerks = [worker for worker in self.torment.workers if worker.unit.node == RESTORED]
        for clerk in clerks:
            clerk.rest()
        self.insist(lambda: self.has_told_all(node), "the node to be restored tells its parent all", patience=240)
        # What the clerks did last is known above a moment later.
        end = time.monotonic() + 3
        while time.monotonic() < end:
            self.tend()
        self.insist(lambda: self.has_told_all(node), "the node to be restored tells its parent all", patience=240)
        if node in self.schedule.starting or node in self.schedule.down:
            self.insist(lambda: node not in self.schedule.starting and node not in self.schedule.down, "the node runs")
        self.schedule.down.add(node)
        node.kill()
        newest = max(os.path.join(place, name) for name in os.listdir(place) if name.endswith(".sqlite"))
        node.disk.mend()
        answer = self.insist(lambda: node.call("restore", "--from", newest, "--force", patience=60), "restore")
        if answer is not None and not answer.get("incarnations"):
            self.progress.trouble(f"restore named no new incarnation: {answer}")
        self.schedule.start(node)
        for clerk in clerks:
            clerk.go_on()

    def has_told_all(self, node):
        link = node.call("status")["parent"]
        above = self.torment.nodes[node.unit.competent].call("status")
        files = [child["blobs"]["waiting"] for child in above["children"] if child["unit"] == node.unit.code]
        return link["state"].startswith("connected") and not link["lagEntries"] and not above["unapplied"] and not any(files)
