import Features
import Replication

/// Everything that can be asked of a node, one line a business.
public enum Routes {
    /// - Parameters:
    ///   - links: what the running process knows about its links.
    ///   - controls: what it can do with them.
    ///   - trails: how it reads trails at nodes below.
    ///   - stored, news: rung when a bundle brought something.
    ///   - importWaits: told when an import job waits.
    public static func all(
        links: @escaping @Sendable () -> OversightOperations.Links = { .none },
        controls: @escaping @Sendable () -> LinkOperations.Controls = { .none },
        trails: @escaping @Sendable () -> TrailsBelow = { .none },
        stored: Bell = Bell(), news: Bell = Bell(),
        importWaits: @escaping @Sendable () -> Void = {}
    ) -> [Operation] {
        [
            AccountOperations.all,
            TrailOperations.operations(trails),
            DirectoryOperations.all,
            HostingOperations.all,
            RootOperations.all,
            UnitMoves.all,
            Revocations.all,
            UnitMergers.all,
            PolicyOperations.all,
            DivisionOperations.all,
            ClassOperations.all,
            CampusOperations.all,
            ImportOperations.operations(wake: importWaits),
            RegistrationOperations.all,
            SuspicionOperations.all,
            AttachmentOperations.all,
            ProblemOperations.all,
            KeyDataOperations.all,
            RollChangeOperations.all, OpenCaseOperations.all,
            OverrideOperations.all,
            InquiryOperations.operations(links: links),
            AttestationOperations.all,
            TransferOperations.all,
            DuplicateOperations.all,
            BackupOperations.all,
            Verification.all,
            QuarantineOperations.all,
            SalvageOperations.all,
            AlarmOperations.all,
            LinkOperations.operations(controls),
            ParentAddressOperations.all(controls),
            BundleOperations.operations(stored: stored, news: news),
            OversightOperations.operations(version: ProgramVersion.text, links: links),
        ].flatMap { $0 }
    }
}
