import Features
import Sheets
import Store

/// What goes back to whoever asked, over HTTP, the local socket or in the same process.
struct Answer: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        case file(path: String, name: String)
    }

    var status: Int
    var mediaType: String
    var body: Body
    /// Seconds, with 429 and 503.
    var retryAfter: Int?
    /// `Set-Cookie` fields.
    var cookies: [String] = []
    /// Where to go on, with 303.
    var location: String?
    /// Whether browsers may keep it for good: its address changes with its content.
    var isLasting: Bool

    init(status: Int, mediaType: String = "application/json", body: Body, retryAfter: Int? = nil, isLasting: Bool = false) {
        self.status = status
        self.mediaType = mediaType
        self.body = body
        self.retryAfter = retryAfter
        self.isLasting = isLasting
    }

    init(_ reply: Reply) throws {
        switch reply {
        case .json(let value): self.init(status: 200, body: .bytes(try JSONBody.encode(value)))
        case .file(let path, let name, let mediaType):
            self.init(status: 200, mediaType: mediaType, body: .file(path: path, name: name))
        case .text(let text, let mediaType): self.init(status: 200, mediaType: mediaType, body: .bytes(Array(text.utf8)))
        case .nothing: self.init(status: 200, body: .bytes(Array("{}".utf8)))
        }
    }

    init(refusal: Refusal, status: Int? = nil, retryAfter: Int? = nil) {
        let problem = ProblemDetails(refusal, status: status, request: RequestTrace.current?.id)
        let bytes = (try? JSONBody.encode(problem)) ?? Array("{}".utf8)
        self.init(
            status: problem.status, mediaType: ProblemDetails.mediaType, body: .bytes(bytes), retryAfter: retryAfter)
    }

    /// Every error as problem details; what nobody foresaw tells nothing of its inside.
    init(error: any Error) {
        switch error {
        case SignInFailure.notSignedIn(let refusal): self.init(refusal: refusal, status: 401)
        case SignInFailure.tooManyAttempts(let refusal, let seconds):
            self.init(refusal: refusal, status: 429, retryAfter: Int(seconds))
        case let error as StoreError: self.init(store: error)
        case is Refusal, is SheetError, is AuditError: self.init(refusal: Self.refusal(for: error))
        default: self.init(refusal: Self.refusal(for: error), status: 500)
        }
    }

    /// Every error as a message for people.
    static func refusal(for error: any Error) -> Refusal {
        switch error {
        case let refusal as Refusal: refusal
        case let failure as SignInFailure: failure.refusal
        case let error as StoreError: Refusal("store.\(error.code.rawValue)", error.message, remedy: error.remedy)
        case let error as SheetError: Refusal(error.code, question: "Q50", error.message, remedy: error.remedy, kind: .usage)
        case let error as AuditError: Refusal(error.code, error.message, remedy: error.remedy)
        default:
            Refusal("internal", "节点内部出错，本次操作没有完成。", remedy: "请稍后重试；如再次出现，请把时间\(RequestTrace.current.map { "和请求编号 \($0.id) " } ?? "")告诉管理员，以便查看日志。")
        }
    }

    private init(store error: StoreError) {
        let status = switch error.code {
        case .diskFull: 507
        case .noKey, .notAllowed, .recovering, .notEmpty, .notABackup: 409
        case .newerSchema, .locked, .cannotOpen, .damaged, .readOnly, .notInitialised: 503
        }
        self.init(refusal: Self.refusal(for: error), status: status, retryAfter: status == 503 ? 30 : nil)
    }
}
