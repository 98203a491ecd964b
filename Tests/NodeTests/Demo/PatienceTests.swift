@testable import Node
import Testing

@Suite struct PatienceTests {
    @Test func `It waits as long as there is progress and gives up when there is none`() async throws {
        let looks = Collected(0)
        let patience = Patience(standstill: 0.3, pause: 0.05)
        // Longer in all than a standstill may be.
        let value: Int = try await patience.wait(for: "进展") {
            looks.change { $0 += 1 }
            return looks.value == 12 ? .there(looks.value) : .notYet("第 \(looks.value) 次")
        }
        #expect(value == 12)
        await #expect(throws: DemoFailure.self) {
            let _: Int = try await patience.wait(for: "停滞") { .notYet("没有变化") }
        }
    }

    @Test func `Giving up says what was waited for and ends with the status for time`() async {
        do {
            let _: Int = try await Patience(standstill: 0, pause: 0.01).wait(for: "中央查重") { .notYet("中央已有 3/9") }
        } catch let failure as DemoFailure {
            #expect(failure.status == .timedOut && failure.message.contains("中央查重") && failure.message.contains("3/9"))
        } catch {
            Issue.record(error)
        }
    }
}
