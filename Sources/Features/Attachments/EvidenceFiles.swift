import Protocol

/// The files that a case may rest on, as pages of cases show them.
enum EvidenceFiles {
    /// `files` and `hasFiles`, of a dossier; without those that were taken back.
    static func context(_ call: PageCall, of dossier: String) throws -> [String: Any] {
        let files = try call.ask("attachments.list", ["dossier": dossier], as: AttachmentOperations.List.self).attachments
            .filter { $0.purpose == AttachmentPurpose.evidence.rawValue && $0.withdrawnAt == nil }
        return [
            "files": files.map { ["hash": $0.hash, "name": $0.name, "at": ShownTime.text($0.at), "here": $0.here] as [String: Any] },
            "hasFiles": !files.isEmpty,
        ]
    }
}
