@testable import Node
import Testing

struct OpenFilesTests {
    @Test func `the process takes what the system allows it`() {
        let raised = OpenFiles.raise()
        #expect(raised >= 64)
        #expect(OpenFiles.limit == raised)
    }

    @Test func `a door keeps to what may be open, and to its own measure where that is less`() {
        #expect(RequestLimits.Door.peers.fitted(files: 1 << 20, share: 0.875).connections == 12_288)
        let small = RequestLimits.Door.peers.fitted(files: 1024 - OpenFiles.reserve, share: 0.875)
        #expect(small.connections == 224 && small.unproven == 112)
        #expect(RequestLimits.Door.console.fitted(files: 1024, share: 0.125).connections == 128)
    }

    @Test func `too few files for the children are told, with what they need`() {
        var facts = WatchFindings.Facts(time: 1_800_000_000, openFiles: 10_768, children: 5000)
        #expect(WatchFindings(facts).all.isEmpty)
        facts.openFiles = 10_767
        #expect(WatchFindings(facts).all.map(\.code) == ["files"])
        #expect(WatchFindings(facts).all.first?.text.contains("10768") == true)
        facts.openFiles = nil
        #expect(WatchFindings(facts).all.isEmpty)
    }
}
