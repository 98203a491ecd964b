import Features

/// Everything that can be asked of a node, one line a business.
public enum Routes {
    /// - Parameters:
    ///   - links: what the running process knows about its links.
    ///   - importWaits: told when an import job waits.
    public static func all(
        links: @escaping @Sendable () -> OversightOperations.Links = { .none },
        importWaits: @escaping @Sendable () -> Void = {}
    ) -> [Operation] {
        [
            AccountOperations.all,
            DirectoryOperations.all,
            HostingOperations.all,
            PolicyOperations.all,
            DivisionOperations.all,
            ClassOperations.all,
            CampusOperations.all,
            ImportOperations.operations(wake: importWaits),
            RegistrationOperations.all,
            BackupOperations.all,
            Verification.all,
            QuarantineOperations.all,
            OversightOperations.operations(version: ProgramVersion.text, links: links),
        ].flatMap { $0 }
    }
}
