"""A browser driven over the WebDriver protocol (W3C), with nothing but the standard library."""
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Driver:
    """One chromedriver process; browsers are opened from it."""

    def __init__(self, program="chromedriver"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([program, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                self.call("GET", "/status")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise RuntimeError("chromedriver does not answer")

    def call(self, method, path, body=None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            problem = json.load(error)["value"]
            raise Failure(problem["error"], problem["message"].splitlines()[0]) from None

    def open(self, width=1366, height=768):
        return Browser(self, width, height)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Failure(Exception):
    """What the browser refused: the protocol's error code, and its words."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code = code


class Browser:
    def __init__(self, driver, width, height):
        self.driver = driver
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={width},{height}",
                 "--lang=zh-CN", "--force-prefers-reduced-motion"]
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "acceptInsecureCerts": True, "goog:chromeOptions": {"args": flags}}}}
        self.path = "/session/" + driver.call("POST", "/session", wanted)["sessionId"]

    def call(self, method, path, body=None):
        return self.driver.call(method, self.path + path, body)

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    @property
    def url(self):
        return self.call("GET", "/url")

    @property
    def text(self):
        return self.script("return document.body.innerText")

    def script(self, text, *arguments):
        return self.call("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def find(self, css):
        return self.call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def has(self, css):
        return bool(self.call("POST", "/elements", {"using": "css selector", "value": css}))

    def click(self, css):
        self.call("POST", f"/element/{self.find(css)}/click")

    def button(self, label, asks=False):
        """Presses the button or follows the link that is labelled so, as a reader of the page would; `asks`: and says yes to the question."""
        self.script(
            "const e=[...document.querySelectorAll('main button'),...document.querySelectorAll('main a, nav a, header button')].find(b=>b.innerText.trim()===arguments[0]);"
            "if(!e)throw new Error('no button '+arguments[0]);e.scrollIntoView();e.setAttribute('data-driven','1')", label)
        self.click("[data-driven='1']")
        if asks:
            self.call("POST", "/alert/accept", {})
        # Every button of ours leads to a page; the mark goes with the old one.
        self.wait(lambda: self.script(
            "return document.readyState==='complete'&&!document.querySelector(\"[data-driven='1']\")"), f"the page after {label}")

    def fill(self, name, text):
        element = self.find(f"main [name='{name}']")
        self.call("POST", f"/element/{element}/clear")
        self.call("POST", f"/element/{element}/value", {"text": text})

    def choose(self, name, label):
        """Takes from a list the first whose label begins so."""
        self.script(
            "const s=document.querySelector(`main select[name='${arguments[0]}']`);"
            "const o=[...s.options].find(o=>o.text.startsWith(arguments[1]));if(!o)throw new Error('no choice '+arguments[1]);s.value=o.value",
            name, label)

    def choose_file(self, name, path):
        self.call("POST", f"/element/{self.find(f'main [name={name}]')}/value", {"text": path})

    def keys(self, text):
        actions = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def scheme(self, name):
        """Light or dark, as the system would say."""
        self.call("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia", "params": {"features": [{"name": "prefers-color-scheme", "value": name}]}})

    def picture(self):
        return self.call("GET", "/screenshot")

    def wait(self, condition, what, seconds=60):
        """Until the condition holds for the page as it stands; nothing is reloaded."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if condition():
                    return
            except Failure:
                pass
            time.sleep(0.2)
        raise AssertionError(f"{what}: did not come within {seconds} s; the page says:\n{self.text[:800]}")

    def close(self):
        self.call("DELETE", "")
