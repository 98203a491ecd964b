/// What people read above an alarm's text; its code is for `alarm acknowledge` and those who watch nodes.
enum AlarmTitle {
    private static let texts = [
        "backup": "备份", "blob.damaged": "附件损坏", "blob.lost": "附件丢失", "blob.mismatch": "附件内容不符", "certificate.expiring": "证书即将到期", "clone": "本节点有副本在运行",
        "entry.void": "无效的数据", "fence": "启动保护", "files": "连接数达到上限", "fork": "数据不一致", "fork.mended": "数据已重新写入", "handOver.repealed": "调档已撤销",
        "held": "数据暂停同步", "identity": "公安核验", "identity.file": "公安核验文件", "key.sealed": "密钥已吊销", "lease.exhausted": "临时学籍号已借完",
        "merged": "学校已合并", "missing": "数据暂缺", "moved": "单位已迁到另一节点", "number": "学籍号", "number.exhausted": "学籍号已用完",
        "number.taken": "学籍号已被占用", "office": "自动办理出错", "parent.moved": "已改连新的上级", "parent.refuses": "上级不认本单位", "parent.revoked": "上级的密钥已吊销",
        "password.withdrawn": "密码重置未生效", "peer.refused": "拒绝了外来的请求", "quarantine": "有数据被隔离", "queue": "积压过多", "recovering": "正在取回数据", "replaced": "已被另一台机器取代",
        "revoked": "本单位的密钥已吊销", "rolledBack": "数据比上级旧", "stream.paused": "数据流已暂停", "unproven": "正在等待上级确认",
    ]

    /// - Parameter code: of an alarm; those of links, `link.CAUSE`, have one title.
    static func of(_ code: String) -> String {
        texts[code] ?? (code.hasPrefix("link.") ? "与上级的线路不通" : "需要处理")
    }
}
