import GRDB
import Protocol
import Rules
import Store

/// What is in force for a unit, and which tier said so.
public struct PolicyShelf {
    private let reading: Reading

    public init(_ reading: Reading) { self.reading = reading }

    public struct InForce: Sendable, Hashable {
        public var value: String
        /// Nil when the catalogue's default holds.
        public var setBy: UnitCode?
        public var version: Int
    }

    /// The newest setting that each unit on the path has made, nearest first.
    public func settings(_ key: String, for unit: UnitCode) throws -> [InForce] {
        try reading.directory.path(of: unit).compactMap { above in
            try Row.fetchOne(
                reading.database.cachedStatement(sql: """
                    SELECT value, version FROM policy WHERE unit = ? AND key = ? ORDER BY version DESC LIMIT 1
                    """), arguments: [above.text, key]).map {
                        InForce(value: $0["value"], setBy: above, version: $0["version"])
                    }
        }
    }

    public func inForce(_ definition: PolicyDefinition, for unit: UnitCode) throws -> InForce {
        let settings = try settings(definition.key, for: unit).filter { !$0.value.isEmpty }
        switch definition.combination {
        case .nearest:
            return settings.first ?? InForce(value: definition.standard, setBy: nil, version: 0)
        case .union:
            var items: [String] = []
            for item in settings.flatMap({ $0.value.split(separator: ",").map(String.init) }) where !items.contains(item) {
                items.append(item)
            }
            return InForce(
                value: items.joined(separator: ","), setBy: settings.first?.setBy, version: settings.map(\.version).max() ?? 0)
        }
    }

    public func value(_ key: String, for unit: UnitCode) throws -> String {
        guard let definition = PolicyCatalogue.definition(key) else { return "" }
        return try inForce(definition, for: unit).value
    }

    public func isOn(_ key: String, for unit: UnitCode) throws -> Bool { try value(key, for: unit) == "on" }

    /// The policies that import rules obey, for one school.
    public func registrationPolicies(for school: UnitCode) throws -> RegistrationPolicies {
        var required: [StudentField: String] = [:]
        for setting in try settings("fields.required", for: school).reversed() {
            let authority = setting.setBy.flatMap { reading.directory.unit($0)?.name } ?? ""
            for name in setting.value.split(separator: ",") {
                if let field = StudentField.named(String(name)) { required[field] = authority }
            }
        }
        return RegistrationPolicies(
            locallyRequired: required, underAgeBlocks: try isOn("registration.underAge", for: school),
            underAgeCutoff: try value("registration.underAge.cutoff", for: school))
    }
}
