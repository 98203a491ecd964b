@testable import Features
import Testing

struct FigurePageTests {
    private func item(_ at: String, dossiers: Int, queue: Int = 0) -> FigureOperations.Item {
        FigureOperations.Item(at: at, dossiers: dossiers, numbers: 0, envelopes: 0, queue: queue)
    }

    @Test func `hours at which the node stood still keep their place, and what came meanwhile stands at its end`() {
        let items = [
            item("2026-09-10T08:00:00+08:00", dossiers: 10), item("2026-09-10T09:00:00+08:00", dossiers: 14, queue: 3),
            item("2026-09-10T12:00:00+08:00", dossiers: 20),
        ]
        let grown = FigurePage.bars(items, .hour, FigurePage.grown(\.dossiers))
        #expect(grown.map(\.value) == [4, nil, nil, 6] && grown.map(\.label).first == "9月10日 09时")
        let queue = FigurePage.bars(items, .hour) { item, _ in item.queue }
        #expect(queue.map(\.value) == [0, 3, nil, nil, 0])
    }

    @Test func `a store that went back brings none, and nothing draws nothing`() {
        let items = [item("2026-09-10T00:00:00+08:00", dossiers: 10), item("2026-09-11T00:00:00+08:00", dossiers: 4)]
        let days = FigurePage.bars(items, .day, FigurePage.grown(\.dossiers))
        #expect(days.map(\.value) == [0] && days.map(\.label) == ["9月11日"])
        #expect(FigurePage.bars([], .day, FigurePage.grown(\.dossiers)).isEmpty)
    }
}
