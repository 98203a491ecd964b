"""What an authority's administrator does: units, invitations, passwords below, trails, figures."""


class Authority:
    """Steps of a journey that has `tree`, `school`, `county` and `look`."""

    def certificate(self):
        school = self.tree.accounts["学校"]
        stranger = self.driver.open()
        stranger.go(school.url + "/certificate")
        assert "先核对指纹" in stranger.text and not stranger.has("nav"), stranger.text[:300]
        self.look(stranger, "certificate")
        stranger.close()
        self.school.go(school.url + "/help/Q57")
        assert self.school.has("nav"), "help must keep the menu for whoever is signed in"

    def directory(self):
        county, school = self.tree.accounts["县级"], self.tree.accounts["学校"]
        browser = self.county
        browser.go(county.url + "/directory?deep=true&stage=1")
        assert school.unit in browser.text and "自有节点" in browser.text, browser.text[:600]
        self.look(browser, "directory-filtered")
        browser.go(f"{county.url}/directory/{school.unit}")
        assert "属地管理教育行政部门" in browser.text and "最近联系" in browser.text, browser.text[:600]
        self.look(browser, "directory-unit")
        browser.button("重新邀请（更换机器）")
        assert browser.has("svg.qr path") and "xueji join --parent https://" in browser.text, browser.text[:600]
        self.look(browser, "directory-invitation")

    def trail(self):
        county, school = self.tree.accounts["县级"], self.tree.accounts["学校"]
        browser = self.county
        browser.go(county.url + "/audit")
        browser.fill("of", school.unit)
        browser.button("查看")
        browser.wait(lambda: "只供查看" in browser.text and "新增账号" in browser.text, "the school's trail on the open page", 90)
        self.look(browser, "audit-below")

    def reset_below(self):
        """The school's second account gets a new password from above; whether it has arrived shows by itself."""
        county, school = self.tree.accounts["县级"], self.tree.accounts["学校"]
        browser = self.county
        browser.go(county.url + "/accounts")
        browser.fill("below", school.unit)
        browser.fill("belowAccount", "li.na")
        browser.button("重置")
        assert "重置令已下达" in browser.text, browser.text[:600]
        password = browser.script("return document.querySelector('.note .code').innerText")
        browser.wait(lambda: "已生效" in browser.text, "the reset's arrival on the open page")
        self.look(browser, "accounts-reset")
        other = self.driver.open()
        other.go(school.url)
        self.sign_in(other, type(school)(school.unit, school.url, "li.na", password), password)
        assert other.url.endswith("/password"), "the reset password must be changed first"
        other.close()

    def figures(self):
        self.county.go(self.tree.accounts["县级"].url + "/overview")
        self.county.button("走势")
        assert "每小时排队最多时" in self.county.text, self.county.text[:300]
        self.look(self.county, "figures")

    def suspicions(self):
        """The centre sees who may be one child twice, as last searched, and asks for another search."""
        centre = self.tree.accounts["中央"]
        browser = self.centre = self.driver.open()
        browser.go(centre.url)
        self.sign_in(browser, centre, centre.password)
        self.change_password(browser, centre.password)
        browser.go(centre.url + "/suspicions")
        assert "疑似不影响办理" in browser.text and "读音相同" in browser.text, browser.text[:800]
        self.look(browser, "suspicions")
        browser.button("重新查找")
        assert "已要求重新查找" in browser.text, browser.text[:600]
        browser.go(centre.url + "/duplicates?status=decided")
        assert "已裁定" in browser.text and "已处理" in browser.text, browser.text[:800]
        self.look(browser, "duplicates-decided")
        browser.choose("province", "广东省")
        browser.button("查询")
        assert "已裁定" in browser.text, browser.text[:800]

    def revoke(self):
        """The last thing that happens to the school's machine: its county takes its key away, and both pages say so."""
        county, school = self.tree.accounts["县级"], self.tree.accounts["学校"]
        browser = self.county
        browser.go(f"{county.url}/directory/{school.unit}")
        browser.fill("reason", "机器失窃")
        browser.fill("confirm", "000000")
        browser.button("吊销密钥", asks=True)
        assert "吊销" in browser.text and browser.has(".note.bad"), browser.text[:600]
        browser.fill("reason", "机器失窃")
        browser.fill("confirm", school.unit)
        browser.button("吊销密钥", asks=True)
        assert browser.has(".note.good") and "吊销" in browser.text, browser.text[:600]
        self.look(browser, "directory-revoked")
        self.school.go(school.url + "/node")
        self.school.wait(lambda: self.reloaded(self.school, "吊销"), "what the school's own page says of it", 90)
        self.look(self.school, "node-revoked")

    def inquiry(self):
        """The school asks for a pupil whom nobody has: the page that was opened while it waited shows the answer by itself."""
        browser, school = self.school, self.tree.accounts["学校"]
        browser.go(school.url + "/inquiries")
        browser.fill("name", "欧阳查无")
        browser.button("查询")
        assert "只有姓名不能查询" in browser.text and browser.find("[name=name]"), browser.text[:400]
        self.look(browser, "inquiry-refused")
        browser.fill("studentNumber", "G440101201001010000")
        browser.button("查询")
        assert "欧阳查无" not in browser.url and "G4401" not in browser.url, browser.url
        browser.wait(lambda: "未查到" in browser.text, "the centre's answer")
        self.look(browser, "inquiry")

    def papers(self):
        """The school prints a pupil's card; the county checks the code that the picture holds."""
        browser, school, county = self.school, self.tree.accounts["学校"], self.tree.accounts["县级"]
        browser.go(school.url + "/students?state=enrolled")
        browser.click("tbody a")
        browser.click("a[href$='/papers']")
        self.look(browser, "papers")
        browser.button("学籍卡")
        assert browser.has("article.paper svg.qr"), browser.text[:400]
        self.look(browser, "student-card")
        code = browser.script("return document.querySelector('section .code').textContent")
        self.county.go(county.url + "/verification")
        self.county.fill("text", code)
        self.county.button("核验")
        assert "密钥没有吊销" in self.county.text, self.county.text[:400]
        self.look(self.county, "verification")
