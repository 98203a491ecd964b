import Foundation
import Testing

@testable import Bench

@Suite struct FigureTests {
    @Test func theMiddleAndOtherPlacesOfARow() {
        #expect(Median.of([3, 1, 2]) == 2)
        #expect(Median.of([4, 1, 2, 3]) == 2.5)
        #expect(Median.of([]) == 0)
        #expect(Median.percentile(0.99, of: (1...100).map(Double.init)) == 99)
        #expect(Median.percentile(1, of: [5, 7]) == 7)
    }

    @Test func theContractsFieldsAreAlwaysThere() throws {
        let figure = Figure("id", "name", values: [2], unit: "ms", rows: 3, correct: true, goal: .atMost(1))
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(figure)) as? [String: Any]
        for field in ["id", "name", "value", "unit", "reference", "reference_value", "ratio", "rows", "correct"] {
            #expect(json?[field] != nil, "\(field)")
        }
        #expect(json?["reference_value"] is NSNull && figure.isMet == false && figure.goal == "<= 1.0")
    }
}
