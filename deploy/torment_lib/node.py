"""One node: a process of the program with a folder of its own, reached through the command line as a user reaches it."""

import json
import os
import signal
import subprocess
import threading
import time


class CommandFailed(Exception):
    """A verb that did not do what it was asked; `status` is its exit status, None when it was given up."""

    def __init__(self, verb, status, answer):
        super().__init__(f"{verb}: status {status}: {json.dumps(answer, ensure_ascii=False)[:400]}")
        self.status = status
        self.answer = answer

    @property
    def code(self):
        return (self.answer.get("error") or {}).get("code", "")


def environment(extra=None):
    kept = {name: value for name, value in os.environ.items()
            if name.lower() not in ("http_proxy", "https_proxy", "all_proxy", "xueji_data")}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"} | (extra or {})


def command(program, data, *words, unit=None, patience=30):
    """Runs a verb.

    Returns its exit status, None when it did not end in time, and its JSON.
    """
    line = [program, *words, "--data", data, "--json"] + (["--unit", unit] if unit else [])
    try:
        ended = subprocess.run(line, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return None, {}
    try:
        return ended.returncode, json.loads(ended.stdout)
    except ValueError:
        return ended.returncode, {"error": {"code": "", "message": (ended.stdout + ended.stderr).decode(errors="replace")[-400:]}}


class Node:
    """Methods that change the process are for one thread; `call` is for any."""

    def __init__(self, program, unit, folder, disk):
        self.program = program
        self.unit = unit
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.disk = disk
        self.process = None
        self.peer_port = None
        self.is_stopped = False
        self.lock = threading.Lock()

    # --- Commands ---

    def call(self, *words, unit=None, patience=30):
        """The answer of a verb that must end with 0; raises `CommandFailed`."""
        status, answer = command(self.program, self.data, *words, unit=unit, patience=patience)
        if status != 0:
            raise CommandFailed(words[0], status, answer)
        return answer

    # --- Process ---

    def spawn(self, peer="127.0.0.1:0"):
        """Starts `serve`; `await_ready` tells when it serves."""
        self.output = os.path.join(self.folder, "serve.out")
        extra = {"XUEJI_LIFELINE": "stdin"} | self.disk.environment()
        with open(self.output, "wb") as output, open(os.path.join(self.folder, "serve.log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--peer-listen", peer],
                env=environment(extra), stdin=subprocess.PIPE, stdout=output, stderr=log, start_new_session=True)
        self.is_stopped = False

    def is_ready(self):
        """Whether the first line of `serve` is there; learns the port from it."""
        with open(self.output, "rb") as file:
            first, newline, _ = file.read().partition(b"\n")
        if not newline:
            return False
        self.peer_port = int(json.loads(first)["peer"].rsplit(":", 1)[1])
        return True

    def await_ready(self, patience=60):
        end = time.monotonic() + patience
        while not self.is_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"node {self.unit.code} ended with {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > end:
                raise RuntimeError(f"node {self.unit.code} does not serve:\n{self.log_tail()}")
            time.sleep(0.02)

    def kill(self):
        """kill -9, of a stopped process too."""
        self.peer_port = None
        self.process.kill()
        self.process.wait(10)
        self.is_stopped = False

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)
        self.is_stopped = True

    def go_on(self):
        if self.is_stopped and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        self.is_stopped = False

    def end(self):
        """SIGTERM; returns the exit status, None when it had to be killed after the ten seconds of the contract."""
        self.process.terminate()
        try:
            return self.process.wait(11)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
            return None

    def log_tail(self, lines=15):
        with open(os.path.join(self.folder, "serve.log"), "rb") as file:
            return b"\n".join(file.read().splitlines()[-lines:]).decode(errors="replace")

    def kill_leftover(self):
        """Ends what an interrupted run left on the folder: its process may be stopped and still hold the lock."""
        try:
            with open(os.path.join(self.data, "run.json"), encoding="utf-8") as file:
                pid = json.load(file)["pid"]
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if self.data.encode() in file.read().split(b"\0"):
                    os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError, KeyError):
            pass
