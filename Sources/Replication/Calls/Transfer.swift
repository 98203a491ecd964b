import CCurl
import Glibc

/// One exchange under way. Lives on the caller's thread alone; libcurl calls back into it.
final class Transfer {
    let handle: UnsafeMutableRawPointer
    private let limit: Int
    /// Where it connects without a proxy, as a web address.
    private let place: String
    private let isWebAddress: Bool
    private var list: UnsafeMutablePointer<curl_slist>?
    private var targets: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>
    private let upload: [UInt8]
    private var uploadOffset = 0
    private var file: Int32 = -1
    private var headers: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    private var isTooLarge = false

    /// - Throws: `LinkFailure` where the request cannot be set up.
    init(_ request: OutgoingRequest, _ settings: HTTPSettings) throws(LinkFailure) {
        guard let handle = curl_easy_init() else { throw Transfer.unusable("curl_easy_init") }
        self.handle = handle
        limit = request.answerLimit
        place = request.connectTo.map { "https://" + $0 } ?? request.url
        isWebAddress = request.url.hasPrefix("http://") || request.url.hasPrefix("https://")
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        if case .bytes(let bytes) = request.body { upload = bytes } else { upload = [] }
        var size = Int64(upload.count)
        if case .file(let path) = request.body {
            file = open(path, O_RDONLY | O_CLOEXEC)
            var status = stat()
            guard file >= 0, fstat(file, &status) == 0 else {
                let cause = "open \(path): errno \(errno)"
                throw LinkFailure(.ownStore, message: "无法读取要上传的文件。", remedy: "请检查文件是否存在和权限。", cause: cause)
            }
            size = Int64(status.st_size)
        }
        setUp(request, settings, size: size)
    }

    /// A look at the certificate that stands at the address of a request: shakes hands, verifies nothing, shows no certificate of
    /// ours and sends no request.
    static func look(_ request: OutgoingRequest, _ settings: HTTPSettings) throws(LinkFailure) -> Transfer {
        var (bare, unverified) = (request, settings)
        bare.body = .none
        bare.headers = []
        unverified.tls = .unverified
        let look = try Transfer(bare, unverified)
        look.set(CURLOPT_CONNECT_ONLY, 1)
        look.set(CURLOPT_CERTINFO, 1)
        return look
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(list)
        curl_slist_free_all(targets)
        errorText.deallocate()
        if file >= 0 { close(file) }
    }

    private static func unusable(_ what: String) -> LinkFailure {
        LinkFailure(.network, message: "网络组件不可用。", remedy: "请重启节点。", cause: what)
    }

    private func setUp(_ request: OutgoingRequest, _ settings: HTTPSettings, size: Int64) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_CONNECTTIMEOUT, settings.connectSeconds)
        set(CURLOPT_TIMEOUT, request.timeoutSeconds)
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, settings.stallSeconds)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10)
        if let proxy = settings.proxy { set(CURLOPT_PROXY, proxy) }
        if let path = settings.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if let hosts = settings.noProxy { set(CURLOPT_NOPROXY, hosts) }
        if let target = request.connectTo {
            targets = curl_slist_append(nil, "::" + target)
            if let targets { xueji_curl_set_list(handle, CURLOPT_CONNECT_TO, targets) }
        }
        if let tls = settings.tls { setUp(tls) }
        xueji_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        for (name, value) in request.headers + [("Expect", "")] {
            list = curl_slist_append(list, value.isEmpty ? name + ":" : name + ": " + value)
        }
        if let list { xueji_curl_set_list(handle, CURLOPT_HTTPHEADER, list) }
        xueji_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        xueji_curl_set_data_function(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            Transfer.at(context)?.take(data, size * count) ?? 0
        }
        xueji_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        xueji_curl_set_data_function(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            Transfer.at(context)?.takeHeader(data, size * count) ?? 0
        }
        setBody(request, size: size, context)
    }

    private func setUp(_ tls: TLSSettings) {
        // A resumed session shows no certificate again, and the peer asks for it at every request.
        set(CURLOPT_SSL_SESSIONID_CACHE, 0)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        switch tls {
        case .unverified:
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        case .tree(let root, let own):
            // The tree's root alone: no authority of the system may vouch for a node.
            xueji_curl_set_string(handle, CURLOPT_CAPATH, nil)
            set(CURLOPT_CAINFO_BLOB, blob: root)
            guard let own else { return }
            set(CURLOPT_SSLCERT_BLOB, blob: own.chain)
            set(CURLOPT_SSLKEY_BLOB, blob: own.key)
        }
    }

    private func set(_ option: CURLoption, blob text: String) {
        let bytes = Array(text.utf8)
        xueji_curl_set_blob(handle, option, bytes, bytes.count)
    }

    private func setBody(_ request: OutgoingRequest, size: Int64, _ context: UnsafeMutableRawPointer) {
        switch request.method {
        case .get: set(CURLOPT_HTTPGET, 1)
        case .delete: set(CURLOPT_CUSTOMREQUEST, "DELETE")
        case .post:
            set(CURLOPT_POST, 1)
            xueji_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(size))
        case .put:
            set(CURLOPT_UPLOAD, 1)
            xueji_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(size))
        }
        xueji_curl_set_pointer(handle, CURLOPT_READDATA, context)
        xueji_curl_set_data_function(handle, CURLOPT_READFUNCTION) { data, size, count, context in
            Transfer.at(context)?.give(data, size * count) ?? Int(CURL_READFUNC_ABORT)
        }
        // Needed when a kept connection turns out closed, or a proxy asks again: the body is sent once more.
        xueji_curl_set_pointer(handle, CURLOPT_SEEKDATA, context)
        xueji_curl_set_seek_function(handle) { context, offset, origin in
            guard origin == SEEK_SET, let transfer = Transfer.at(context) else { return CURL_SEEKFUNC_CANTSEEK }
            return transfer.seek(Int(offset))
        }
    }

    private func set(_ option: CURLoption, _ value: Int) { xueji_curl_set_long(handle, option, value) }
    private func set(_ option: CURLoption, _ value: String) { xueji_curl_set_string(handle, option, value) }

    private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: Called by libcurl

    private func take(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard body.count + count <= limit else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: data, count: count))
        return count
    }

    private func takeHeader(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let line = String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            headers = []
        } else if let colon = line.firstIndex(of: ":"), headers.count < 100 {
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].trimmed
            headers.append((name, value))
        }
        return count
    }

    private func give(_ target: UnsafeMutablePointer<CChar>?, _ room: Int) -> Int {
        if file >= 0 {
            let count = read(file, target, room)
            return count < 0 ? Int(CURL_READFUNC_ABORT) : count
        }
        let count = min(room, upload.count - uploadOffset)
        guard count > 0, let target else { return 0 }
        upload.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(start: target, count: count)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[uploadOffset..<uploadOffset + count]))
        }
        uploadOffset += count
        return count
    }

    private func seek(_ offset: Int) -> Int32 {
        if file >= 0 { return lseek(file, offset, SEEK_SET) == offset ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL }
        uploadOffset = min(offset, upload.count)
        return CURL_SEEKFUNC_OK
    }

    // MARK: The end

    func outcome(_ result: CURLcode) -> Result<IncomingResponse, LinkFailure> {
        guard result == CURLE_OK else { return .failure(failure(result)) }
        return .success(IncomingResponse(status: xueji_curl_status(handle), headers: headers, body: body))
    }

    private func failure(_ result: CURLcode) -> LinkFailure {
        let detail = String(cString: errorText)
        let cause = "curl \(result.rawValue): \(detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail)"
        if isTooLarge {
            return LinkFailure(.tooLarge, message: "对方的应答超出大小限制。", remedy: "请核对地址和两端的程序版本。", cause: cause)
        }
        let proxyStatus = xueji_curl_info(handle, CURLINFO_HTTP_CONNECTCODE)
        if proxyStatus >= 300 { return .proxyRefused(proxyStatus, cause: cause) }
        switch result {
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(cause: cause)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
             CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return certificateFailure(result, cause)
        // libcurl's word for an answer that does not begin as HTTP does as well: damage on the way, which passes.
        case CURLE_UNSUPPORTED_PROTOCOL where isWebAddress:
            return LinkFailure(.notANode, message: "收到的应答无法识别，可能在途中损坏或被代理服务器改动。", remedy: "请检查网络和上级地址；程序会自动重试。", cause: cause)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            return LinkFailure(.address, message: "地址无效。", remedy: "请核对地址。", cause: cause)
        case CURLE_COULDNT_RESOLVE_PROXY: return .proxyUnreachable(cause: cause)
        case CURLE_COULDNT_RESOLVE_HOST: return .unresolved(cause: cause)
        case CURLE_COULDNT_CONNECT: return isOfProxy(detail) ? .proxyUnreachable(cause: cause) : .refused(cause: cause)
        default:
            return LinkFailure(.network, message: "网络连接中断。", remedy: "请检查网络；程序会自动重试。", cause: cause)
        }
    }
}

extension Transfer {
    /// Whether the chain that was shown leads to another root than ours, as OpenSSL counts it: a self-signed certificate, alone
    /// (X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) or above others, an issuer that is not there, a signature that cannot be proven.
    var metStranger: Bool { (18...21).contains(xueji_curl_verify_result(handle)) }

    /// The common name of the issuer in the certificate that was shown, or what there is in its place.
    var issuerShown: String? {
        guard let text = xueji_curl_issuer(handle).map({ String(cString: $0) }) else { return nil }
        let parts = text.split { $0 == "," || $0 == ";" || $0 == "/" }.map { part -> (String, String) in
            let pair = part.split(separator: "=", maxSplits: 1)
            return (String(pair.first?.trimmed ?? ""), pair.count > 1 ? String(pair[1].trimmed) : "")
        }
        let name = parts.last { $0.0 == "CN" }?.1 ?? parts.last { $0.0 == "O" }?.1 ?? text
        let shown = String(name.filter { !$0.isNewline && $0.asciiValue.map { $0 >= 32 } ?? true }.prefix(100))
        return shown.isEmpty ? nil : shown
    }

    /// X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED, as OpenSSL counts them.
    private static let notYetValid = 9
    private static let hasExpired = 10

    /// Says whether a clock is the likely cause.
    private func certificateFailure(_ result: CURLcode, _ cause: String) -> LinkFailure {
        switch xueji_curl_verify_result(handle) {
        case Self.notYetValid:
            LinkFailure(
                .certificate, message: "对方的证书尚未生效：本机时钟可能慢了，或对方的时钟快了。", remedy: "请先校准本机时间；程序会自动重试。", cause: cause)
        case Self.hasExpired:
            LinkFailure(
                .certificate, message: "对方的证书已过期：本机时钟可能快了，或对方的证书没有更新。", remedy: "请先校准本机时间，再请对方检查证书；程序会自动重试。",
                cause: cause)
        // The chain is good, the name is another: libcurl looks at it first, and then has no verdict of OpenSSL's (1) yet.
        case 0...1 where result == CURLE_PEER_FAILED_VERIFICATION:
            LinkFailure(
                .certificate, message: "对方的证书是本系统签发的，但不是给这个上级的。", remedy: "请核对上级地址：那里可能是另一个单位的节点。",
                cause: cause)
        default:
            LinkFailure(
                .certificate, message: "对方的证书不是本系统签发给上级节点的，连接可能被安全网关、上网认证页面或代理拦截解密。",
                remedy: "请核对上级地址，并请网络管理员对该地址停用 TLS 拦截；也请检查本机时间。", cause: cause)
        }
    }

    /// libcurl names whom it could not reach: the proxy when it is not the host of the address.
    fileprivate func isOfProxy(_ detail: String) -> Bool {
        guard detail.hasPrefix("Failed to connect to "), let target = PeerAddress.place(place) else { return false }
        return !detail.hasPrefix("Failed to connect to \(target.host) port \(target.port) ")
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
