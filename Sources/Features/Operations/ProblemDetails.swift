/// A refusal as RFC 9457 problem details: what the API answers instead of a result.
public struct ProblemDetails: Encodable, Sendable, Hashable {
    public static let mediaType = "application/problem+json"

    public let type: String
    /// English, one line per HTTP status.
    public let title: String
    public let status: Int
    /// Chinese: the message.
    public let detail: String
    public let code: String
    public let question: String
    public let message: String
    public let remedy: String
    public let titleEN: String
    /// Names the request in the node's log.
    public let request: String?
    /// 在办业务 that stand against it; absent where there are none.
    public let cases: [Refusal.OpenCase]?

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, question, message, remedy, request, cases
        case titleEN = "title_en"
    }

    public init(_ refusal: Refusal, status: Int? = nil, request: String? = nil) {
        let status = status ?? Self.status(of: refusal.kind)
        type = "urn:xueji:problem:" + refusal.code
        title = Self.label(status)
        self.status = status
        detail = refusal.message
        code = refusal.code
        question = refusal.question
        message = refusal.message
        remedy = refusal.remedy
        titleEN = Self.title(status)
        self.request = request
        cases = refusal.cases.isEmpty ? nil : refusal.cases
    }

    public static func status(of kind: Refusal.Kind) -> Int {
        switch kind {
        case .rule: 409
        case .usage: 400
        case .permission: 403
        case .missing: 404
        }
    }

    private static func label(_ status: Int) -> String {
        switch status {
        case 400: "请求有误"
        case 401: "需要登录"
        case 403: "无权办理"
        case 404: "没有找到"
        case 405: "不支持的方法"
        case 409: "不予办理"
        case 413: "内容过大"
        case 429: "请求过于频繁"
        case 503: "暂时不能服务"
        case 507: "磁盘空间不足"
        default: "内部错误"
        }
    }

    private static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad request"
        case 401: "Not signed in"
        case 403: "Not permitted"
        case 404: "Not found"
        case 405: "Method not allowed"
        case 409: "Refused by rule"
        case 413: "Content too large"
        case 429: "Too many requests"
        case 503: "Temporarily unavailable"
        case 507: "Insufficient storage"
        default: "Internal error"
        }
    }
}
