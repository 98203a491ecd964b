/// What one hand-over is written from, besides the dossier: between whom, by whom, and what the writer's node knows of it.
public struct HandOverOrder: Sendable {
    public var source, target: UnitCode
    /// Version of the new home's directory record that is meant.
    public var targetVersion: Int
    /// The lowest authority above both.
    public var writer: UnitCode
    /// How the dossier stands after it.
    public var stand: Stand
    /// As the new home gets it.
    public var record: StudentRecord
    /// Payloads of the attached files' entries.
    public var attachments: [[UInt8]]
    /// The number is not official yet: nobody's to carry; it follows as a word of its own.
    public var isNumberHeldBack: Bool

    public init(
        source: UnitCode, target: UnitCode, targetVersion: Int, writer: UnitCode, stand: Stand, record: StudentRecord,
        attachments: [[UInt8]] = [], isNumberHeldBack: Bool
    ) {
        self.source = source
        self.target = target
        self.targetVersion = targetVersion
        self.writer = writer
        self.stand = stand
        self.record = record
        self.attachments = attachments
        self.isNumberHeldBack = isNumberHeldBack
    }

    /// The step with the whole record, the chain's head, numbers, words and files; nil where the old home is not known.
    /// - Parameter facts: all that is known here about the dossier.
    public func step(after dossier: Dossier, _ facts: DossierFacts, at: Int64, in topology: some Topology) -> Step? {
        guard let blank = Digest([UInt8](repeating: 0, count: 32)), let home = topology.unit(source) else { return nil }
        let earlier = dossier.handOver?.archive
        var words = (facts.words + (earlier?.words ?? DossierWords())).counting
        words.verdicts.removeAll { !topology.contains($0.by, target) }
        if isNumberHeldBack { words.numbers = [] }
        return Step(
            hash: blank, dossier: dossier.id, previous: dossier.head, kind: .handOver, by: writer, nextHolder: target,
            workflow: max(Workflow.registrationWithHandOver.version, Workflow.registration(after: dossier).version),
            topology: home.version, at: at, record: record, provisionalNumber: dossier.provisionalNumber,
            archive: ArchiveHandOver(
                from: dossier.home, topology: targetVersion, stand: stand, length: dossier.length,
                supplement: max(facts.supplements.map(\.number).max() ?? 0, earlier?.supplement ?? 0), words: words,
                attachments: attachments, roll: dossier.roll))
    }
}
