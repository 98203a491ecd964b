import Protocol
import Rules

/// Records of units that nobody has said to everyone so far, by the rules of the product's table.
struct PartialRecords: Sendable {
    struct Name: Hashable, Comparable, Sendable {
        let unit: UnitCode
        let version: Int

        static func < (one: Name, other: Name) -> Bool { (one.unit, one.version) < (other.unit, other.version) }
    }

    private var records: [Name: (payload: [UInt8], isForAll: Bool)] = [:]

    /// By unit and version.
    var all: [(name: Name, payload: [UInt8])] {
        records.filter { !$0.value.isForAll }.sorted { $0.key < $1.key }.map { ($0.key, $0.value.payload) }
    }

    /// Of two records of one version the same counts at every node.
    mutating func note(_ unit: Unit, _ payload: [UInt8], isForAll: Bool) {
        let name = Name(unit: unit.code, version: unit.version)
        guard let known = records[name], !known.payload.lexicographicallyPrecedes(payload) else { return records[name] = (payload, isForAll) }
        if known.payload == payload { records[name]?.isForAll = known.isForAll || isForAll }
    }
}

extension World {
    /// The office: what a city has said to its own subtree alone its province says on to everyone.
    func sayOnRecords(_ node: Node) {
        guard node.isUp, node.pausedUntil == nil, node.index < Self.cloneBase, !node.isRecovering, !node.isBehind, !node.wentBack,
              !node.isRefilling, node.store.fault == nil, plan.mutant != .recordStaysBehind else { return }
        let due = node.store.look { disk in
            disk.register.partial.all.compactMap { name, payload -> (UnitCode, [UInt8])? in
                guard let competent = Payload.unit(payload)?.competent, disk.register.tree.contains(.centre, competent) else { return nil }
                let speaker = disk.register.tree.province(of: competent) ?? .centre
                return disk.secrets[speaker] == nil ? nil : (speaker, payload)
            }
        }
        for (speaker, payload) in due {
            guard let act = ActID(Hashing.sha256(Array("said on\n".utf8) + payload).bytes.prefix(16)),
                  write([Entry(act: act, kind: .unit, payload: payload)], as: speaker, to: .everyone, node) else { return }
        }
    }

    /// At the end everybody has every record of every unit.
    func judgeRecords(_ node: Node) {
        let (all, own) = (centre.store.look { $0.register.tree }, node.store.look { $0.register.tree })
        for unit in all.units.values.sorted(by: { $0.code < $1.code }) {
            let lacking = (1...max(unit.version, 1)).first { all.unit(unit.code, version: $0) != own.unit(unit.code, version: $0) }
            tally.judge(.pathsAgree, lacking == nil, step: step, "\(node.unit) has not record \(lacking ?? 0) of \(unit.code)")
        }
    }
}
