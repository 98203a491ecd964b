extension CodeTable {
    /// The collection sheet's numbers; which are open depends on the stage (Q28). `其他` alone is read by stage.
    public static let entryWay = CodeTable("entryWay", "入学方式", """
        11|就近入学||12
        12|义务教育阶段其他|其他;其它|12
        21|统一招生考试/普通入学|统一招生考试;普通入学|3
        22|体育特招||3
        23|艺术特招||3
        99|高中阶段其他|其他;其它|3
        """)

    /// The template offers day and boarding pupils (Q30); JY/T 1001 knows two more.
    public static let studyWay = CodeTable("studyWay", "就读方式", """
        1|走读
        2|住校
        3|借宿||x
        9|其他||x
        """)

    /// JY/T 1001-2012 jg65. No 借读 in compulsory education (Q29).
    public static let studentSource = CodeTable("studentSource", "学生来源", """
        1|正常入学
        2|借读||3
        9|其他|其它
        """)

    /// Numbers are not public: keys of our own. The bracketed words differ between templates.
    public static let transport = CodeTable("transport", "上下学交通方式", """
        walk|步行
        bicycle|自行车（含摩托车、电动自行车）|自行车
        publicTransport|公共交通（含城市公交、农村客运、地铁）|公共交通;公共交通（含城市公交、农村客运和地铁）
        pickedUp|家长自行接送
        schoolBus|校车
        other|其他|其它
        """)

    /// JY/T 1001-2012 XSDQZT (jg52).
    public static let studentStatus = CodeTable("studentStatus", "学生当前状态", """
        01|在读
        02|休学
        03|退学
        04|停学
        05|复学
        06|流失
        07|毕业
        08|结业
        09|肄业
        10|转学（转出）
        11|死亡
        12|保留入学资格
        13|公派出国
        14|开除
        15|下落不明
        99|其他
        """)

    /// JY/T 1001-2012 XJYDLB; marked x: not used below university.
    public static let changeType = CodeTable("changeType", "学籍异动类别", """
        01|公派留学
        02|留级||x
        03|降级||x
        04|跳级
        05|试读||x
        06|延长年限||x
        07|试读通过||x
        08|回国复学
        11|休学
        12|复学
        13|停学||x
        14|保留入学资格||x
        15|恢复入学资格||x
        16|取消入学资格||x
        17|恢复学籍||x
        18|取消学籍||x
        19|保留学籍||x
        21|转学（转出）
        22|转学（转入）
        23|转专业||x
        24|专升本||x
        25|本转专||x
        26|转系||x
        27|硕转博||x
        28|博转硕||x
        29|转班级
        31|退学
        42|开除学籍
        51|死亡
        61|提前毕业||x
        62|结业
        63|肄业
        64|国内访学||x
        65|国内访学后返校||x
        99|其他
        """)

    /// JY/T 1001-2012 XJYDYY.
    public static let changeReason = CodeTable("changeReason", "学籍异动原因", """
        01|成绩优秀
        10|疾病
        11|精神疾病
        12|传染疾病
        19|其他疾病
        21|自动退学
        22|成绩太差
        23|触犯刑法
        24|休学创业
        25|停学实践（求职）
        26|家长病重
        27|贫困
        28|非留学出国（境）
        29|自费出国退学
        30|自费留学
        31|休学期满未办理复学
        32|恶意欠缴学费
        33|超过最长学习期限未完成学业
        34|应征入伍
        39|其他原因退学
        40|事故灾难致死
        41|溺水死亡
        42|交通事故致死
        43|拥挤踩踏致死
        44|房屋倒塌致死
        45|坠楼坠崖致死
        46|中毒致死
        47|爆炸致死
        50|社会安全事件致死
        51|打架斗殴致死
        52|校园伤害致死
        53|刑事案件致死
        54|火灾致死
        60|自然灾害致死
        61|山体滑坡致死
        62|泥石流致死
        63|洪水致死
        64|地震致死
        65|暴雨致死
        66|冰雹致死
        67|雪灾致死
        68|龙卷风致死
        70|因病死亡
        71|传染病致死
        72|猝死
        79|其他疾病致死
        81|自杀死亡
        89|其他原因死亡
        99|其他
        """)
}
