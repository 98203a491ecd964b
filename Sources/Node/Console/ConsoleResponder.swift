import Features
import HTTPTypes
import Hummingbird
import Mustache
import Protocol
import Replication
import Store

/// Answers browsers: finds the page, knows the session by its cookie, guards forms against other sites, renders.
struct ConsoleResponder: Sendable {
    let dispatcher: Dispatcher
    let routes: RouteTable<Page>
    let operations: [String: Operation]
    let library: MustacheLibrary
    let workers: Workers
    /// The node's `incoming` folder.
    let incoming: String
    /// Rung with every change: how far a page has counted goes along with it.
    let stored: Bell

    init(dispatcher: Dispatcher, operations: [Operation], workers: Workers, incoming: String, stored: Bell) throws {
        self.dispatcher = dispatcher
        self.stored = stored
        self.workers = workers
        self.incoming = incoming
        routes = RouteTable(ConsolePages.all)
        self.operations = Dictionary(operations.map { ($0.id, $0) }) { first, _ in first }
        library = try ConsolePages.library()
    }

    /// Nil when no page has this address.
    func answer(_ request: Request, isEncrypted: Bool) async -> (name: String, answer: Answer)? {
        if request.method == .get, let file = ConsoleAssets.file(request.uri.path) {
            return ("asset", Answer(status: 200, mediaType: file.mediaType, body: .bytes(file.bytes), isLasting: true))
        }
        switch routes.match(request.method.rawValue, request.uri.path) {
        case .nothing: return nil
        case .otherMethods:
            return ("none", problem(Refusal("request.method", "这个地址不能这样访问。", remedy: "请从菜单进入。", kind: .usage), status: 405))
        case .found(let page, let inPath): return (page.id, await answer(page, inPath, request, isEncrypted))
        }
    }

    private func answer(_ page: Page, _ inPath: [String: String], _ request: Request, _ isEncrypted: Bool) async -> Answer {
        var parameters: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { parameters[String(name)] = String(value) }
        parameters.merge(inPath) { $1 }
        let cookies = Cookies(request.headers[values: .cookie])
        let isLive = request.headers[Self.live] != nil
        do {
            var form = PostedForm()
            if page.method == .post {
                try Self.guardOrigin(request)
                let name = dispatcher.archive.surroundings.act().bytes.map { String($0, radix: 16) }.joined()
                form = try await PostedForm.receive(
                    request, fileLimit: ImportOperations.maxFile, folder: incoming, name: name, on: workers)
            }
            let posted = form
            // Counted before anything is read.
            let rings = stored.rings
            return try await workers.run { [parameters] in
                let visit = PageVisit(
                    console: self, page: page, parameters: parameters, form: posted, cookies: cookies, isQuiet: isLive,
                    isEncrypted: isEncrypted, rings: rings)
                let answer = visit.answer()
                // An accepted import keeps its file until the job has run.
                if !visit.keepsFile(answer) { posted.file?.remove() }
                return answer
            }
        } catch let error as PayloadTooLarge {
            return problem(error.refusal, status: 413)
        } catch let refusal as Refusal {
            return problem(refusal)
        } catch {
            return problem(Answer.refusal(for: error))
        }
    }

    /// A browser says where a form comes from; another site's is refused whatever cookies it brings.
    private static func guardOrigin(_ request: Request) throws {
        if let site = request.headers[Self.fetchSite], site != "same-origin", site != "none" { throw foreign }
        guard let origin = request.headers[.origin], origin != "null" || request.headers[Self.fetchSite] == nil else { return }
        let host = request.head.authority ?? request.headers[Self.host] ?? ""
        guard origin.hasSuffix("://" + host) else { throw foreign }
    }

    /// A page of its own for what went wrong.
    func problem(_ refusal: Refusal, status: Int? = nil) -> Answer {
        let status = status ?? ProblemDetails(refusal, status: nil).status
        var context = Notice.of(refusal)
        context["title"] = "没有办成"
        if status >= 500, let trace = RequestTrace.current { context["request"] = trace.id }
        let frame = try? dispatcher.archive.read {
            try ConsolePages.frame(
                title: "没有办成", path: "", actor: nil, mustChangePassword: false, formToken: "", version: ProgramVersion.text, $0)
        }
        context.merge(frame ?? [:]) { old, _ in old }
        let html = library.render(context, withTemplate: "problem") ?? refusal.message
        return Answer(status: status, mediaType: "text/html", body: .bytes(Array(html.utf8)))
    }

    private static let foreign = Refusal(
        "form.foreign", "这个表单来自别的网站，没有办理。", remedy: "请在本系统的页面上重新办理。", kind: .permission)
    private static let live = HTTPField.Name("Xueji-Live") ?? .from
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .from
    private static let host = HTTPField.Name("Host") ?? .from
}
