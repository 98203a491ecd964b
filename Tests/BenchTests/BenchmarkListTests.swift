import Testing

@testable import Bench

@Suite struct BenchmarkListTests {
    @Test func namesAreUniqueAndAllIsAll() {
        let names = BenchmarkList.all.map(\.name)
        #expect(Set(names).count == names.count && !names.contains("all"))
        #expect(BenchmarkList.named("all").count == names.count)
        #expect(BenchmarkList.named("store-gate").count == 1 && BenchmarkList.named("nothing").isEmpty)
    }
}
