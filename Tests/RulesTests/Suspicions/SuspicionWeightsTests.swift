@testable import Rules
import Testing

struct SuspicionWeightsTests {
    @Test func `the shipped weights are whole and come back from their text`() throws {
        let shipped = try #require(SuspicionWeights(text: SuspicionWeights.shippedText))
        #expect(shipped == .shipped && shipped.threshold > 0)
        #expect(try #require(SuspicionWeights(text: shipped.text)).text == shipped.text)
    }

    @Test func `a text that lacks a level, repeats one or makes no sense is refused`() {
        let lines = SuspicionWeights.shipped.text.split(separator: "\n").map(String.init)
        #expect(SuspicionWeights(text: lines.dropLast().joined(separator: "\n")) == nil)
        #expect(SuspicionWeights(text: (lines + [lines[5]]).joined(separator: "\n")) == nil)
        #expect(SuspicionWeights(text: (lines.dropLast() + ["school different 0.5 nan 0.1"]).joined(separator: "\n")) == nil)
        #expect(SuspicionWeights(text: (lines.dropLast() + ["school different 1.5 0.1 0.1"]).joined(separator: "\n")) == nil)
        #expect(SuspicionWeights(text: (lines + ["colour red 0.1 0.1 0.1"]).joined(separator: "\n")) == nil)
        #expect(SuspicionWeights(text: (["# note"] + lines).joined(separator: "\n")) != nil)
    }

    @Test func `of every relation the levels of a field sum to one`() {
        for relation in SuspicionWeights.Relation.allCases {
            for field in SuspicionField.allCases {
                let sum = (1..<field.levels.count).reduce(0.0) { $0 + Self.power(SuspicionWeights.shipped.log(relation, field, UInt8($1))) }
                #expect(abs(sum - 1) < 0.001, "\(relation) \(field)")
            }
        }
    }

    /// 2 to the power, without Foundation: the halves of the exponent as square roots.
    private static func power(_ exponent: Double) -> Double {
        var result = 1.0, rest = -exponent
        while rest >= 1 {
            result /= 2
            rest -= 1
        }
        var factor = 0.5.squareRoot(), bit = 0.5
        for _ in 0..<40 {
            if rest >= bit {
                result *= factor
                rest -= bit
            }
            factor.formSquareRoot()
            bit /= 2
        }
        return result
    }
}
