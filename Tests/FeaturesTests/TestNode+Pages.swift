import Features
import Testing

extension TestNode {
    /// One visit of a console page: its HTML without the frame, or where it leads, after the offices have worked.
    /// - Parameters:
    ///   - operations: what the page may call.
    ///   - settling: false to leave the offices out.
    func visit(
        _ page: String, as actor: Actor, _ operations: [Features.Operation], _ parameters: [String: String] = [:], form: [String: [String]] = [:],
        settling: Bool = true
    ) throws -> String {
        let found = try #require(ConsolePages.all.first { $0.id == page })
        let archive = archive
        let call = PageCall(
            archive: archive, page: found, actor: actor, mustChangePassword: false, parameters: parameters, form: form, upload: nil, formToken: "token",
            title: { id in operations.first { $0.id == id }?.title }
        ) { operation, parameters, body, _ in
            let asked = try #require(operations.first { $0.id == operation })
            return try asked.handle(Call(archive: archive, actor: actor, parameters: parameters, body: body, file: nil))
        }
        switch try found.handle(call) {
        case .page(let template, let context): return try #require(try ConsolePages.library().render(context, withTemplate: template))
        case .redirect(let address):
            if settling { try settle() }
            return address
        default: return ""
        }
    }
}
