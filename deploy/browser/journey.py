"""What a registrar, a head and a reviewer do in a day, in one real browser after another."""
import base64
import json
import pathlib

import checks
import pupils
from authority import Authority
from transfer import Transfer

PASSWORD = "Jiandan-2026-xueji"


class Journey(Authority, Transfer):
    def __init__(self, tree, driver, folder, pictures):
        self.tree, self.driver, self.folder = tree, driver, folder
        self.pictures = pathlib.Path(pictures) if pictures else None
        if self.pictures:
            self.pictures.mkdir(parents=True, exist_ok=True)
        self.faults = []
        self.looked_at = 0

    def run(self):
        for step in (self.first_sign_in, self.bad_workbook, self.mended_workbook, self.review_and_number, self.duplicate,
                     self.edit, self.roster, self.help, self.problem_record, self.transfer, self.role_limits, self.two_sessions, self.certificate,
                     self.directory, self.trail, self.reset_below, self.figures, self.suspicions, self.inquiry, self.papers, self.every_page,
                     self.revoke):
            print(f"browser: {step.__name__.replace('_', ' ')}", flush=True)
            step()
        if self.faults:
            raise SystemExit("accessibility:\n  " + "\n  ".join(self.faults))
        print(f"browser: all held; {self.looked_at} pages judged in light and dark", flush=True)

    def first_sign_in(self):
        school = self.tree.accounts["学校"]
        self.school = self.driver.open()
        self.school.go(school.url + "/students")
        assert "登录" in self.school.text, "a page without session must lead to the sign-in"
        checks.must_find(self.school)
        self.look(self.school, "sign-in")
        self.sign_in(self.school, school, school.password)
        assert self.school.url.endswith("/password"), self.school.url
        self.school.go(school.url + "/students")
        assert self.school.url.endswith("/password"), "nothing else before the password is changed"
        self.look(self.school, "password")
        self.change_password(self.school, school.password)
        assert "密码已修改" in self.school.text
        assert checks.keyboard_reaches_main(self.school), "the first tab stop must skip the menu"

    def bad_workbook(self):
        browser, school = self.school, self.tree.accounts["学校"]
        template = self.folder / "template.xlsx"
        self.tree.run(school.unit, "template", "--version", "2013", "--out", str(template))
        self.header = pupils.columns(template)
        self.class_code = json.loads(self.tree.run(school.unit, "classes", "list", "--json"))["classes"][-1]
        self.good = pupils.pupil(school.unit, self.class_code, "程小雨", 701)
        self.bad = pupils.pupil(school.unit, self.class_code, "方一鸣", 703)
        self.upload(browser, "first.xlsx", [self.good, self.bad | {"性别": "男生", "联系电话": "12"}])
        assert "失败" in browser.text and "退回修改" in browser.text, browser.text
        assert browser.has("a[href$='/marked']"), "the marked workbook must be offered"
        self.look(browser, "import-failed")

    def mended_workbook(self):
        browser = self.school
        self.upload(browser, "mended.xlsx", [self.good, self.bad])
        assert "成功" in browser.text, browser.text
        counts = browser.script("return [...document.querySelectorAll('.counts li')].map(e=>e.innerText.replace(/\\s+/g,' '))")
        assert "1 已导入" in counts and "1 此前已导入" in counts, counts
        self.look(browser, "import-good")

    def review_and_number(self):
        browser, school, county = self.school, self.tree.accounts["学校"], self.tree.accounts["县级"]
        self.act_when_there(browser, school.url + "/review", "学校审核", 2)
        self.act_when_there(browser, school.url + "/review", "上报", 2)
        browser.go(school.url + "/students?state=submitted")
        browser.click("tbody a")
        assert "已上报" in browser.text
        watched = browser.url
        self.county = self.driver.open()
        self.county.go(county.url)
        self.sign_in(self.county, county, county.password)
        self.change_password(self.county, county.password)
        self.act_when_there(self.county, county.url + "/review", "核办通过", 2)
        self.look(self.county, "review-done")
        # The school's page has not been touched: the number arrives by itself.
        browser.wait(lambda: "G4401" in browser.text and "在校生" in browser.text, "the formal number on the open page")
        assert browser.url == watched
        self.look(browser, "student-enrolled")

    def duplicate(self):
        browser, school = self.school, self.tree.accounts["学校"]
        twin = self.good | {"姓名": "程晓雨"}
        self.upload(browser, "double.xlsx", [twin])
        browser.go(school.url + "/students?problem=id_dup")
        browser.wait(lambda: self.reloaded(browser, "程晓雨"), "the double in the list of problems")
        browser.script("[...document.querySelectorAll('tbody a')].find(a=>a.innerText==='程晓雨').click()")
        browser.wait(lambda: "身份证号重复" in browser.text and "程小雨" in browser.text, "the other record beside it")
        self.look(browser, "student-problem")

    def edit(self):
        browser = self.school
        browser.button("修改")
        self.look(browser, "student-edit")
        browser.script("document.querySelector('[name=f23]').value='12'")
        browser.button("保存")
        assert browser.has(".field.wrong .fault"), "the message must stand beside the field"
        self.look(browser, "student-edit-wrong")
        browser.script("document.querySelector('[name=f23]').value='13900000009'")
        browser.button("保存")
        assert "已保存" in browser.text and "13900000009" in browser.text, browser.text[:400]

    def roster(self):
        browser, school = self.school, self.tree.accounts["学校"]
        self.tree.run(school.unit, "classes", "add", "--stage", self.class_code[4], "--year", self.class_code[:4], "--count", "1")
        browser.go(f"{school.url}/classes/{self.class_code}")
        before = browser.script("return document.querySelectorAll('[name=dossier]').length")
        assert before >= 2 and browser.has("a[href$='/roster']"), browser.text
        self.look(browser, "roster")
        browser.button("把勾选的学生调入")
        assert "还没有勾选学生" in browser.text, browser.text
        browser.click("[name=dossier]")
        browser.button("把勾选的学生调入")
        assert "已调班" in browser.text, browser.text
        assert browser.script("return document.querySelectorAll('[name=dossier]').length") == before - 1
        self.look(browser, "roster-placed")

    def help(self):
        browser, school = self.school, self.tree.accounts["学校"]
        browser.go(school.url + "/students")
        browser.click("tbody a")
        browser.click("a[href^='/help/Q']")
        assert "常见问题 Q" in browser.text, browser.text
        browser.go(school.url + "/help")
        assert browser.script("return document.querySelectorAll('main a').length") == 112
        self.look(browser, "help")
        browser.go(school.url + "/help/Q51")
        assert "系统检查什么" in browser.text, browser.text
        self.look(browser, "help-answer")

    def problem_record(self):
        """The double is proved by the school and decided by the county, which opens the group at its desk first."""
        school, county = self.tree.accounts["学校"], self.tree.accounts["县级"]
        browser = self.school
        browser.go(school.url + "/problems")
        self.look(browser, "problems")
        browser.script("[...document.querySelectorAll('tbody a')].find(a=>a.innerText==='程晓雨').click()")
        browser.wait(lambda: "同组的其他学籍" in browser.text, "the problem record")
        where = browser.url
        self.look(browser, "problem")
        browser.fill("reason", "户口簿为证")
        browser.button("佐证：资料属实")
        assert "没有佐证材料" in browser.text, browser.text
        scan = self.folder / "户口簿.jpg"
        scan.write_bytes(bytes([0xFF, 0xD8, 0xFF, 0xE0, 0, 16]) + b"JFIF" + bytes([0, 1, 1, 0, 0, 1, 0, 1, 0, 0]))
        browser.choose_file("file", str(scan))
        browser.button("上传")
        assert "户口簿.jpg" in browser.text, browser.text
        browser.script("document.getElementById('why').value='户口簿为证'")
        browser.button("佐证：资料属实")
        assert "佐证待学校审核" in browser.text, browser.text
        browser.button("学校审核并提交")
        assert "佐证待核办" in browser.text, browser.text

        desk = self.county
        desk.go(county.url + "/duplicates")
        assert "程*雨" in desk.text and "程晓雨" not in desk.text, "names are masked in the list"
        self.look(desk, "duplicates")
        desk.button("打开")
        assert "程晓雨" in desk.text and "程小雨" in desk.text and desk.has("td ins"), desk.text
        self.look(desk, "duplicate")
        desk.script("const w=document.getElementById('whom');w.value=[...w.options].find(o=>o.text.startsWith('程晓雨')).value")
        desk.fill("text", "请补充出生医学证明")
        desk.button("发出")
        assert "已发给学校" in desk.text, desk.text
        desk.go(county.url + where[where.index("/problems/"):])
        desk.wait(lambda: self.reloaded(desk, "佐证待核办") and "户口簿.jpg" in desk.text, "the case at the county")
        self.look(desk, "problem-county")
        desk.script("document.getElementById('finding').value='same';document.getElementById('upheld').value='other'")
        desk.script("document.getElementById('ground').value='同一学生，保留在校的一份'")
        desk.button("裁定")
        assert "已办理" in desk.text, desk.text
        browser.go(school.url + "/students?state=deleted")
        browser.wait(lambda: self.reloaded(browser, "程晓雨"), "the double deleted at the school")
        browser.go(where)
        assert "请补充出生医学证明" in browser.text and "同一学生重复注册" in browser.text, browser.text
        self.look(browser, "problem-decided")
        browser.go(school.url + "/students?state=enrolled")
        browser.click("tbody a")
        browser.button("关键数据变更")
        assert "受控字段未设置" in browser.text, browser.text
        self.look(browser, "key-data-unset")
        self.roll_change(browser, school)

    def roll_change(self, browser, school):
        browser.go(school.url + "/students?state=enrolled")
        browser.click("tbody a")
        browser.button("学籍异动")
        assert "不能办理复学" in browser.text and "本省没有开放跳级" in browser.text, browser.text
        self.look(browser, "roll-change")
        browser.click("main a[href*='kind=suspend']")
        browser.button("保存申请")
        assert "异动原因未填或不对" in browser.text or "没有填写日期" in browser.text, browser.text
        assert browser.has(".field.wrong .fault"), "the message stands beside the field"
        self.look(browser, "roll-change-faults")
        browser.choose_file("file", str(self.folder / "户口簿.jpg"))
        browser.button("上传")
        assert "户口簿.jpg" in browser.text and browser.has("#c-until"), "the form is still there"
        browser.script("document.getElementById('c-cause').value='10';document.getElementById('c-date').value='2026-09-01'")
        browser.script("document.getElementById('c-until').value='2027-08-31'")
        browser.button("保存申请")
        assert "学籍异动待学校审核" in browser.text, browser.text
        browser.button("学校审核并提交")
        assert "学籍异动待核办" in browser.text and "收回已提交的申请" in browser.text, browser.text
        self.look(browser, "roll-change-open")
        for path in ("/roll-changes", "/suspensions", "/cases"):
            browser.go(school.url + path)
            self.look(browser, path.strip("/"))
        assert "休学：学籍异动待核办" in browser.text, browser.text

    def role_limits(self):
        school = self.tree.accounts["学校"]
        self.school.go(school.url + "/accounts")
        self.school.fill("account", "li.na")
        self.school.click("main input[value=registrar]")
        self.school.button("新增")
        assert "一次性密码" in self.school.text
        password = self.school.script("return document.querySelector('.note .code').innerText")
        other = self.driver.open(390, 844)
        other.go(school.url)
        account = type(school)(school.unit, school.url, "li.na", password)
        self.sign_in(other, account, password)
        self.change_password(other, password)
        assert "账号" not in other.script("return document.querySelector('nav').innerText")
        other.go(school.url + "/accounts")
        assert "本账号不能使用" in other.text, other.text
        self.look(other, "refused")
        other.close()

    def two_sessions(self):
        school = self.tree.accounts["学校"]
        other = self.driver.open()
        other.go(school.url)
        self.sign_in(other, school, PASSWORD)
        self.school.go(school.url + "/students")
        assert "该账号已在别处登录" in self.school.text, self.school.text
        self.look(self.school, "session-ended")
        self.sign_in(self.school, school, PASSWORD)
        other.close()

    def every_page(self):
        centre = self.tree.accounts["中央"]
        for browser, account, tier in ((self.school, self.tree.accounts["学校"], "school"), (self.county, self.tree.accounts["县级"], "county"), (self.centre, centre, "centre")):
            browser.go(account.url)
            for path in browser.script("return [...document.querySelectorAll('nav a')].map(a=>a.getAttribute('href'))"):
                browser.go(account.url + path)
                self.look(browser, f"{tier}-{path.strip('/') or 'home'}")

    # How it is done.

    def sign_in(self, browser, account, password):
        browser.fill("unit", account.unit)
        browser.fill("account", account.name)
        browser.fill("password", password)
        browser.button("登录")

    def change_password(self, browser, old):
        browser.fill("old", old)
        browser.fill("new", PASSWORD)
        browser.fill("again", PASSWORD)
        browser.button("修改密码")

    def upload(self, browser, name, records):
        path = self.folder / name
        pupils.write(path, self.header, records)
        browser.go(self.tree.accounts["学校"].url + "/imports")
        browser.choose_file("file", str(path))
        browser.button("导入")
        # The result comes by itself, without a reload.
        browser.wait(lambda: "行" in browser.text and not browser.has("main progress") and browser.has(".counts"), f"the result of {name}")

    def act_when_there(self, browser, url, label, count):
        def there():
            browser.go(url)
            return browser.has("[name=dossier]") and browser.script("return document.querySelectorAll('[name=dossier]').length") >= count
        browser.wait(there, f"{count} pupils to act on")

        def done():
            browser.go(url)
            browser.click("[data-all]")
            browser.button(label)
            return f"已办理 {count} 人" in browser.text and "没有办成" not in browser.text
        browser.wait(done, label)

    def reloaded(self, browser, text):
        browser.go(browser.url)
        return text in browser.text

    def look(self, browser, name):
        """Judges the page, and keeps a picture of it at two sizes."""
        self.faults += checks.faults(browser, name)
        self.looked_at += 1
        if not self.pictures:
            return
        before = browser.call("GET", "/window/rect")
        for width, height in ((1366, 768), (390, 844)):
            browser.call("POST", "/window/rect", {"width": width, "height": height})
            (self.pictures / f"{name}-{width}.png").write_bytes(base64.b64decode(browser.picture()))
        self.faults += [f"{name} at 390: {text}" for text in browser.script(checks.WIDTH)]
        browser.call("POST", "/window/rect", before)
