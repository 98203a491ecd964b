import Rules

/// Time, chance, identity and the price of a guess, handed in. The real one is in the Node room, a controlled one in tests and the simulator.
public struct Surroundings: Sendable {
    /// Seconds since 1970. For display, deadlines and windows; nothing is ordered by it.
    public var now: @Sendable () -> Int64
    /// Unpredictable bytes.
    public var randomBytes: @Sendable (Int) -> [UInt8]
    /// log2 of the rounds that hashing a chosen password takes. 15 is OWASP's recommendation for scrypt at 32 MiB; tests, whose
    /// passwords guard nothing, take fewer.
    public var passwordRounds: UInt8

    public init(now: @escaping @Sendable () -> Int64, randomBytes: @escaping @Sendable (Int) -> [UInt8], passwordRounds: UInt8 = 15) {
        self.now = now
        self.randomBytes = randomBytes
        self.passwordRounds = passwordRounds
    }

    public func act() -> ActID { minted(16, ActID.init) }
    public func dossier() -> DossierID { minted(16, DossierID.init) }
    public func incarnation() -> Incarnation { minted(8, Incarnation.init) }
    public func statementKey() -> StatementKey { minted(32, StatementKey.init(seed:)) }

    /// The day in China.
    public var today: CalendarDate { CalendarDate(secondsSince1970: now()) }

    private func minted<Value>(_ count: Int, _ make: ([UInt8]) -> Value?) -> Value {
        guard let value = make(randomBytes(count)) else { preconditionFailure("a source of chance gave too few bytes") }
        return value
    }
}
