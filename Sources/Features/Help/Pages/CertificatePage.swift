import Protocol
import Store

/// 安装根证书: read before the first sign-in, when the browser does not trust the console yet.
enum CertificatePage {
    static let pages: [Page] = [
        Page("certificate", .get, "/certificate", title: "安装根证书", access: .anyone) { call in
            let root = try call.ask("trust.root", as: RootOperations.Root.self)
            return .page("certificate", ["sha1": root.sha1, "sha256": root.sha256])
        },
        Page("certificate.file", .get, "/certificate/xueji-root.crt", title: "根证书", access: .anyone) { call in
            .file(.text(try call.ask("trust.root", as: RootOperations.Root.self).certificate, mediaType: "application/x-x509-ca-cert"))
        },
    ]

    static let templates = [
        "certificate": """
            <h1>安装根证书</h1>
            <p>本系统的证书由本体系自己的根证书签发。每台电脑安装一次根证书，浏览器就不再提示证书不受信任。根证书只用于本体系的名称；若单位使用自备的证书，不必安装。</p>
            <p><a class="button" href="/certificate/xueji-root.crt">下载根证书</a></p>
            <h2>先核对指纹</h2>
            <p>请向单位的学籍系统管理员索取指纹（不要从本页抄录），与下面逐位核对。不一致就不要安装，并告诉管理员。</p>
            <dl class="facts"><dt>SHA-1,Windows 显示为“指纹”</dt><dd class="code">{{sha1}}</dd><dt>SHA-256</dt><dd class="code">{{sha256}}</dd></dl>
            <h2>Windows 7、10、11</h2>
            <ol>
            <li>双击下载的 xueji-root.crt，在“详细信息”中核对“指纹”。</li>
            <li>回到“常规”，点“安装证书”，选“本地计算机”（需要管理员；没有权限时选“当前用户”）。</li>
            <li>选“将所有的证书放入下列存储”，点“浏览”，选“受信任的根证书颁发机构”，完成。</li>
            <li>关闭浏览器再打开，用 https:// 开头的地址访问。</li>
            </ol>
            <h2>其他</h2>
            <p>Firefox：设置、隐私与安全、证书、查看证书、证书颁发机构、导入，勾选“信任由此证书颁发机构来标识网站”。统信、麒麟等系统的 Chromium 浏览器：设置、隐私和安全、安全、管理证书、授权机构、导入。</p>
            <p>机器很多时，可由管理员用域策略统一分发。</p>
            <p><a href="/sign-in">去登录</a></p>
            """,
    ]
}
