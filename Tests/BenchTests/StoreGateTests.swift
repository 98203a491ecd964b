import Testing

@testable import Bench

@Suite struct StoreGateTests {
    @Test func theRowsAloneGiveTheSameStoreInSeveralTransactions() throws {
        let yard = try Yard()
        let place = yard.place()
        let steps = GateSteps(try BenchPupils(9, seed: 1), place)
        let model = try GateModel(steps, transaction: 4, at: place)
        #expect(try StoreRows(model, steps).write(at: place).check == model.check)
    }

    @Test func everyPupilIsStoredAndEveryRunGivesTheSameStore() async throws {
        let yard = try Yard()
        let figures = try await StoreGate().figures(rows: 12, at: yard.place())
        #expect(figures.map(\.id) == ["store-gate-rows-10000", "store-gate-10000", "store-gate-rows-1000", "store-gate-1000"])
        #expect(figures.allSatisfy { $0.correct && $0.rows == 12 && $0.reference == nil })
    }

    @Test func aStoreThatMissesARowHasAnotherDigest() throws {
        let yard = try Yard()
        let place = yard.place()
        let pupils = try BenchPupils(5, seed: 1)
        let all = GateSteps(pupils, place)
        let whole = try all.write(perTransaction: 5, at: place)
        let less = GateSteps(try BenchPupils(4, seed: 1), place)
        #expect(try less.write(perTransaction: 5, at: place).check != whole.check)
    }
}
