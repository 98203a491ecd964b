/// What stands between a node and its parent, each by its name.
extension LinkFailure {
    /// An answer that no node has given: a log-in page, a proxy, or something else at that address.
    static func foreign(_ answer: IncomingResponse) -> LinkFailure {
        let type = answer.contentType ?? "none"
        let cause = "status \(answer.status), content type \(type)"
        switch answer.status {
        case 407, 502, 504: return proxyRefused(answer.status, cause: cause)
        case 200, 300..<400, 511:
            guard answer.status != 200 || type.hasPrefix("text/html") else { break }
            return LinkFailure(
                .captivePortal, message: "收到的是网页，不是上级节点的应答：网络要求先完成上网认证（HTTP \(answer.status)）。",
                remedy: "请在这台机器所在的网络用浏览器完成上网认证，或请网络管理员放行上级地址。", cause: cause, status: answer.status,
                retryAfter: answer.retryAfter)
        default: break
        }
        return LinkFailure(
            .notANode, message: "收到的应答不是学籍节点发出的，可能被代理服务器或防火墙拦截（HTTP \(answer.status)）。",
            remedy: "请检查代理、防火墙和上级地址。", cause: cause, status: answer.status, retryAfter: answer.retryAfter)
    }

    /// - Parameter status: of the proxy's answer.
    static func proxyRefused(_ status: Int, cause: String) -> LinkFailure {
        let (message, remedy) = status == 407
            ? ("代理服务器要求登录（HTTP 407）。", "请在代理地址中写上账号：http://账号:密码@主机:端口，或请网络管理员放行。")
            : ("代理服务器不能或不肯连到上级（HTTP \(status)）。", "请网络管理员检查代理服务器，并放行上级的地址和端口。")
        return LinkFailure(.proxyRefused, message: message, remedy: remedy, cause: cause, status: status)
    }

    static func proxyUnreachable(cause: String) -> LinkFailure {
        LinkFailure(
            .proxyUnreachable, message: "连不上代理服务器。", remedy: "请检查 --proxy 或 https_proxy 所写的代理地址，以及代理服务器是否运行。",
            cause: cause)
    }

    static func unresolved(cause: String) -> LinkFailure {
        LinkFailure(
            .unresolved, message: "找不到上级主机：域名无法解析。", remedy: "请检查 DNS 设置、网络和上级地址；程序会自动重试。", cause: cause)
    }

    static func refused(cause: String) -> LinkFailure {
        LinkFailure(
            .refused, message: "无法连接到对方：没有程序在那个地址上应答。", remedy: "请检查对方节点是否运行、地址和防火墙；程序会自动重试。", cause: cause)
    }

    static func timedOut(cause: String) -> LinkFailure {
        LinkFailure(.timedOut, message: "连接超时，对方没有应答。", remedy: "请检查网络、防火墙和地址；程序会自动重试。", cause: cause)
    }

    /// - Parameter issuer: who issued the certificate that was shown.
    public static func intercepted(issuer: String, cause: String) -> LinkFailure {
        LinkFailure(
            .intercepted, message: "收到的证书不是学籍系统签发的，签发者是“\(issuer)”：网络中有设备或软件在拆解加密连接，或连错了地址。",
            remedy: "请网络管理员对上级地址关闭 HTTPS 检查（上网行为管理、防火墙、杀毒软件）；在此之前本节点不会发送任何数据。", cause: cause)
    }

    /// Whether the line is to blame, not the peer: over as soon as the peer says a good word.
    var isOfTheLine: Bool {
        switch code {
        case .network, .unresolved, .refused, .timedOut, .proxyUnreachable, .proxyRefused, .captivePortal, .certificate, .intercepted,
             .notANode, .busy, .cancelled: true
        default: false
        }
    }
}
