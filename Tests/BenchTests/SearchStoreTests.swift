import Foundation
import Testing

@testable import Bench

@Suite struct SearchStoreTests {
    @Test func aFolderThatHoldsSomethingElseIsNotTouched() throws {
        let yard = try Yard()
        let folder = yard.folder + "/kept"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/letter"))
        #expect(throws: BenchFailure("\(folder) holds something else")) { try SearchStore(try SearchPupils(10, seed: 1), at: yard.place(keep: folder)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["letter"])
    }
}
