/// What synthetic names and places are drawn from.
enum PopulationNames {
    static let surnames = words("""
        王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 韩 邓 冯 曹 彭 曾 肖 田 董 潘 袁 蔡 蒋 余
        于 杜 叶 程 魏 苏 吕 丁 任 卢 姚 沈 钟 姜 崔 谭 陆 范 汪 廖 石 金 韦 贾 夏 付 方 邹 熊 白 孟 秦 邱 侯 江 尹 薛 闫 段 雷
        欧阳 司马 上官 诸葛
        """)

    static let boys = words("""
        伟 强 磊 军 洋 勇 杰 涛 明 超 刚 平 辉 鹏 浩 宇 轩 博 文 天 子 俊 嘉 铭 泽 晨 睿 一 诺 航 恒 翔 志 远 思 源 景 瑞 皓 辰
        """)

    static let girls = words("""
        芳 娜 敏 静 丽 艳 娟 霞 秀 玲 桂 英 华 玉 兰 红 梓 欣 怡 涵 雨 诗 琪 佳 可 馨 依 语 梦 瑶 思 彤 若 曦 婷 雪 晴 妍 紫 萱
        """)

    static let givenMen = words("建国 志强 国强 建军 海涛 文斌 立新 永康 东升 学军 卫东 保平 振华 德明 光辉 少华")
    static let givenWomen = words("秀英 桂兰 丽华 春梅 晓燕 小红 海霞 淑珍 玉梅 雪梅 文静 金凤 爱华 月娥 美玲 惠芳")
    static let patronymicMen = words("买买提 艾力 吐尔逊 阿迪力 库尔班 玉素甫 艾合买提 热合曼 阿不都拉 努尔兰 叶尔兰 赛力克")
    static let patronymicWomen = words("阿依古丽 热依汗 帕提古丽 米热古丽 古丽娜尔 迪丽努尔 祖丽菲娅 阿依努尔 玛依拉 哈丽旦")
    static let ethnicities = words("壮族 回族 满族 苗族 土家族 瑶族 侗族 彝族 藏族 蒙古族 布依族 畲族")
    static let streets = words("示例路 演示街 样例大道 测试巷 示例新村 演示花园")

    private static let soundsAlike: [Character: Character] = [
        "浩": "皓", "宇": "羽", "轩": "宣", "博": "伯", "涵": "晗", "雨": "语", "诗": "师", "琪": "祺", "佳": "嘉", "怡": "仪", "欣": "心",
        "伟": "玮", "静": "婧", "丽": "莉", "梓": "紫", "瑞": "睿", "晨": "辰", "俊": "骏", "晴": "情", "婷": "庭",
    ]

    /// A name with its last character written otherwise, of the same sound; unchanged where there is none.
    static func heard(_ name: String) -> String {
        guard let last = name.last, let other = soundsAlike[last] else { return name }
        return name.dropLast() + String(other)
    }

    /// Counties where families come from that moved here.
    static let divisions: [(code: String, name: String)] = [
        ("110101", "北京市东城区"), ("320102", "江苏省南京市玄武区"), ("420106", "湖北省武汉市武昌区"),
        ("430104", "湖南省长沙市岳麓区"), ("430121", "湖南省长沙市长沙县"), ("440113", "广东省广州市番禺区"),
        ("450103", "广西壮族自治区南宁市青秀区"), ("510104", "四川省成都市锦江区"), ("610103", "陕西省西安市碑林区"),
        ("650102", "新疆维吾尔自治区乌鲁木齐市天山区"),
    ]

    private static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }
}
