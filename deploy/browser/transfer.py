"""A pupil of another province's school is asked for: by the school, then agreed to by its county."""
import json
import urllib.parse


class Transfer:
    def transfer(self):
        school, county, browser = self.tree.accounts["学校"], self.tree.accounts["县级"], self.school
        browser.go(school.url + "/transfers/new?school=" + urllib.parse.quote("学校"))
        assert "先选转出学校" in browser.text, browser.text
        self.look(browser, "transfer-search")
        other, pupil = self.pupil_elsewhere(school.unit)
        browser.go(f"{school.url}/transfers/new?from={other}")
        browser.fill("name", pupil["name"])
        browser.fill("number", pupil["number"])
        browser.fill("why", "随父母迁居")
        self.look(browser, "transfer-new")
        paper = self.folder / "居住证明.jpg"
        paper.write_bytes(b"\xff\xd8\xff\xe0" + bytes(4000))
        browser.choose("paper", "居住证明")
        browser.choose_file("file", str(paper))
        browser.button("保存申请")
        assert "待学校审核" in browser.text and "居住证明.jpg" in browser.text, browser.text
        self.look(browser, "transfer-prepared")
        where = browser.url.split("?")[0]
        browser.button("学校审核并提交")
        assert "办理中" in browser.text and "已办理" in browser.text, browser.text
        self.look(browser, "transfer-submitted")
        desk = self.county
        desk.go(county.url + "/transfers?scope=self")
        desk.wait(lambda: self.reloaded(desk, pupil["name"]), "the application at the county")
        self.look(desk, "transfers-county")
        desk.go(county.url + where[where.index("/transfers/"):])
        self.look(desk, "transfer-county")
        desk.button("退回")
        assert "必须写明原因" in desk.text, desk.text
        desk.wait(lambda: self.reloaded(desk, "居住证明.jpg") and desk.has("main a[href^='/files/']"), "the paper that the county decides by")
        desk.button("同意")
        assert "已办理" in desk.text, desk.text
        desk.button("转学申请表（打印）")
        assert "转入学校主管部门意见" in desk.text and "居住证明（居住证明.jpg）" in desk.text, desk.text
        self.look(desk, "transfer-form")
        desk.go(county.url + "/transfers/figures")
        assert "每个环节用了几天" in desk.text and desk.has("svg.chart"), desk.text
        self.look(desk, "transfer-figures")
        browser.go(school.url + "/")
        browser.wait(lambda: self.reloaded(browser, "转学近况"), "what has become of the transfer")
        self.look(browser, "home-news")

    def pupil_elsewhere(self, own):
        """A numbered pupil of a school in another province."""
        for unit in self.tree.urls:
            if len(unit) != 10 or unit[2:4] == own[2:4]:
                continue
            found = json.loads(self.tree.run(unit, "students", "--state", "enrolled", "--json"))["students"]
            for pupil in found:
                if (pupil.get("number") or "").startswith("G"):
                    return unit, pupil
        raise RuntimeError("no numbered pupil in another province")
