import Features
import Rules

/// The contract's JSON of `demo`.
struct DemoResult: Encodable, Sendable {
    struct Node: Encodable, Sendable {
        let unit: String
        let tier: String
        /// Address of the console.
        let url: String
        let pupils: Int
        let digest: String
    }

    let seed: UInt64
    /// Rows in the workbooks.
    let expected: Int
    let imported: Int
    let refused: Int
    let clean: Int
    let problems: Int
    let L: Int
    let G: Int
    let J: Int
    /// Truth equals counts at each tier, and each subtree's digest is equal on all nodes that hold it.
    let agree: Bool
    let nodes: [Node]
    let folder: String
    let seconds: Double
    /// Chinese; empty when `agree`.
    let differences: [String]

    init(_ tally: DemoTally, _ house: DemoHouse, folder: String, seconds: Double) async {
        let centre = tally.own(.centre)?.counts ?? DemoTruth.Counts()
        seed = tally.truth.seed
        expected = tally.truth.rows
        imported = tally.imported.accepted
        refused = tally.imported.failed
        clean = centre.dossiers - centre.problems
        problems = centre.problems
        L = centre.L
        G = centre.G
        J = centre.J
        differences = tally.differences
        agree = differences.isEmpty
        var nodes: [Node] = []
        for place in DemoTree.places where place.hasOwnNode {
            let view = tally.own(place.unit.code)
            nodes.append(Node(
                unit: place.unit.code.text, tier: place.unit.tier.rawValue,
                url: await house.nodes[place.unit.code]?.ready?.console ?? "", pupils: view?.counts.dossiers ?? 0,
                digest: view?.digest ?? ""))
        }
        self.nodes = nodes
        self.folder = folder
        self.seconds = (seconds * 10).rounded() / 10
    }
}
