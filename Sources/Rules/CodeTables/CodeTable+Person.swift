extension CodeTable {
    /// GB/T 2261.1-2003; a pupil is one of the two the template offers (Q17).
    public static let sex = CodeTable("sex", "性别", """
        0|未知的性别||x
        1|男
        2|女
        9|未说明的性别||x
        """)

    /// GB/T 3304-1991: 56 peoples, with 穿青人 57; anyone else is `97` (Q21).
    public static let ethnicity = CodeTable("ethnicity", "民族", """
        01|汉族
        02|蒙古族
        03|回族
        04|藏族
        05|维吾尔族
        06|苗族
        07|彝族
        08|壮族
        09|布依族
        10|朝鲜族
        11|满族
        12|侗族
        13|瑶族
        14|白族
        15|土家族
        16|哈尼族
        17|哈萨克族
        18|傣族
        19|黎族
        20|傈僳族
        21|佤族
        22|畲族
        23|高山族
        24|拉祜族
        25|水族
        26|东乡族
        27|纳西族
        28|景颇族
        29|柯尔克孜族
        30|土族
        31|达斡尔族
        32|仫佬族
        33|羌族
        34|布朗族
        35|撒拉族
        36|毛南族|毛难族
        37|仡佬族
        38|锡伯族
        39|阿昌族
        40|普米族
        41|塔吉克族
        42|怒族
        43|乌孜别克族
        44|俄罗斯族
        45|鄂温克族
        46|德昂族
        47|保安族
        48|裕固族
        49|京族
        50|塔塔尔族
        51|独龙族
        52|鄂伦春族
        53|赫哲族
        54|门巴族
        55|珞巴族
        56|基诺族
        81|穿青人族|穿青人;穿青衣族
        97|其他|其它
        98|外国血统中国籍人士|外国血统
        """)

    /// Papers a pupil may register with (Q22). A child in the household book has type 1 (Q23): 户口簿 is not offered.
    public static let studentIDType = CodeTable("studentIDType", "身份证件类型", """
        1|居民身份证|身份证
        2|军官证||x
        3|士兵证||x
        4|文职干部证||x
        5|部队离退休证||x
        6|香港特区护照/身份证明|香港特区护照
        7|澳门特区护照/身份证明|澳门特区护照
        8|台湾居民来往大陆通行证
        9|境外永久居住证
        A|护照
        B|户口簿|户口薄|x
        Z|其他|其它
        """)

    /// Papers of a parent or guardian: the same choice; a soldier's papers stand under 其他 (Q40). JY/T 1001-2012 SFZJLX.
    public static let guardianIDType = CodeTable("guardianIDType", "成员身份证件类型", """
        1|居民身份证|身份证
        2|军官证||x
        3|士兵证||x
        4|文职干部证||x
        5|部队离退休证||x
        6|香港特区护照/身份证明|香港特区护照
        7|澳门特区护照/身份证明|澳门特区护照
        8|台湾居民来往大陆通行证
        9|境外永久居住证
        A|护照
        B|户口簿|户口薄|x
        Z|其他|其它
        """)

    /// JY/T 1001-2012 GATQW; `00` is the template's own.
    public static let overseasKind = CodeTable("overseasKind", "港澳台侨外", """
        00|否|非港澳台侨
        01|香港同胞
        02|香港同胞亲属
        03|澳门同胞
        04|澳门同胞亲属
        05|台湾同胞
        06|台湾同胞亲属
        11|华侨
        12|侨眷
        13|归侨
        14|归侨子女
        21|归国留学人员
        31|非华裔中国人
        41|外籍华裔人
        51|外国人
        99|其他|其它
        """)

    /// The collection sheet's numbers. GB/T 2261.3 writes 残疾 as 60: to be mapped on exchange with others.
    public static let health = CodeTable("health", "健康状况", """
        10|健康或良好
        20|一般或较弱
        30|有慢性病
        40|有生理缺陷
        50|残疾
        """)

    /// GB/T 4762-1984. The template offers four; a Young Pioneer has no code there and counts as 群众.
    public static let politicalStatus = CodeTable("politicalStatus", "政治面貌", """
        01|中共党员|中国共产党党员
        02|中共预备党员|中国共产党预备党员
        03|共青团员|中国共产主义青年团团员
        04|中国国民党革命委员会会员|民革会员|x
        05|中国民主同盟盟员|民盟盟员|x
        06|中国民主建国会会员|民建会员|x
        07|中国民主促进会会员|民进会员|x
        08|中国农工民主党党员|农工党党员|x
        09|中国致公党党员|致公党党员|x
        10|九三学社社员|九三学社社员|x
        11|台湾民主自治同盟盟员|台盟盟员|x
        12|无党派民主人士|无党派人士|x
        13|群众|少先队员
        """)

    /// Categories of GB/T 26341-2010. The template's numbers are not public: keys of our own.
    public static let disability = CodeTable("disability", "残疾类型", """
        none|无残疾
        vision|视力残疾
        hearing|听力残疾
        speech|言语残疾
        limb|肢体残疾
        intellect|智力残疾
        mental|精神残疾
        multiple|多重残疾
        other|其他残疾|其它残疾
        """)

    /// JY/T 1001-2012 jg14; must agree with the kind of disability, see `pairedInclusiveEducation`.
    public static let inclusiveEducation = CodeTable("inclusiveEducation", "随班就读", """
        0|非随班就读
        1|视力残疾随班就读
        2|听力残疾随班就读
        3|智力残疾随班就读
        9|其他残疾随班就读|其它残疾随班就读
        """)

    /// Two kinds; without household registration a parent's, else a grandparent's (Q25).
    public static let hukouType = CodeTable("hukouType", "户口性质", """
        1|农业户口|农业
        2|非农业户口|非农业;非农
        """)

    /// Relation of a family member to the pupil (Q41). Numbers are not public: keys of our own. `other` needs a note.
    public static let relation = CodeTable("relation", "成员关系", """
        father|父亲
        mother|母亲
        grandparents|祖父母或外祖父母|祖父母;外祖父母
        siblings|兄弟姐妹
        other|其他|其它
        """)

    /// Parents away for three months or more, one or both (Q33).
    public static let leftBehind = CodeTable("leftBehind", "是否留守儿童", """
        0|非留守儿童|非留守
        1|单亲留守儿童|单亲留守
        2|双亲留守儿童|双亲留守
        """)

    /// Certificates decide the answer (Q32).
    public static let yesNo = CodeTable("yesNo", "是否标志", """
        0|否
        1|是
        """)
}
