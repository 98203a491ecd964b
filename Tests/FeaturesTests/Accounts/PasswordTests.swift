@testable import Features
import Protocol
import Testing

struct PasswordTests {
    private static func surroundings(rounds: UInt8?) -> Surroundings {
        let bytes: @Sendable (Int) -> [UInt8] = { [UInt8](repeating: 7, count: $0) }
        return rounds.map { Surroundings(now: { 0 }, randomBytes: bytes, passwordRounds: $0) } ?? Surroundings(now: { 0 }, randomBytes: bytes)
    }

    @Test func `a chosen password costs what OWASP recommends for scrypt where nothing else is said`() throws {
        let password = try Password("Spring-2026-x", Self.surroundings(rounds: nil))
        #expect(password.bytes.prefix(4) == [1, 15, 8, 3])
        #expect(password.bytes.count == 52)
    }

    @Test func `a password is compared at the cost it was kept with, whatever is in force now`() throws {
        let cheap = try Password("Spring-2026-x", Self.surroundings(rounds: 10))
        #expect(cheap.bytes.prefix(4) == [1, 10, 8, 3])
        let kept = try #require(Password(stored: cheap.bytes))
        #expect(try kept.matches("Spring-2026-x"))
        #expect(try !kept.matches("spring-2026-x"))
        #expect(kept.isAsCostlyAsChosen(Self.surroundings(rounds: 10)) && !kept.isAsCostlyAsChosen(Self.surroundings(rounds: nil)))
    }
}
