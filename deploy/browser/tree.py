"""A demo tree to try the console on."""
import re
import signal
import subprocess
import threading


class Account:
    def __init__(self, unit, url, name, password):
        self.unit, self.url, self.name, self.password = unit, url, name, password


class Tree:
    """Stands while the block runs. `accounts` by tier as the demo prints them, `urls` by unit."""

    def __init__(self, program, folder, pupils):
        self.program, self.folder, self.pupils = program, folder, pupils
        self.accounts, self.urls = {}, {}

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.program, "demo", "--pupils", str(self.pupils), "--data", str(self.folder / "tree")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        told = []
        for line in self.process.stdout:
            told.append(line)
            if match := re.match(r"^\s+(\d+)\s+(http\S+)\s", line):
                self.urls[match[1]] = match[2]
            if match := re.match(r"^\s+(\S+)\s+(\d+)\s+(http\S+)\s+账号 (\S+)\s+密码 (\S+)", line):
                self.accounts[match[1]] = Account(match[2], match[3], match[4], match[5])
            if "Ctrl-C" in line:
                break
        else:
            raise RuntimeError("the demo did not come up:\n" + "".join(told[-20:]))
        # What it still says must not fill the pipe.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def run(self, unit, *words):
        """A verb against one node; its standard output."""
        done = subprocess.run(
            [self.program, *words, "--data", str(self.folder / "tree" / unit / "data")], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout
