@testable import Rules
import Testing

struct SuspicionBlocksTests {
    private typealias People = SuspicionPeople

    private func pairs(_ people: [SuspicionSubject]) -> [SuspicionPair] {
        var found: [SuspicionPair] = []
        SuspicionBlocks(SuspicionRegister(people)).forEachPair { found.append(SuspicionPair($0, $1)) }
        return found
    }

    @Test func `one or two mistakes leave a key in common`() {
        let people = People.strangers(), child = people[4]
        let name = child.keys.name
        let doubles = [
            People.double(child, name: String(name.prefix(2)) + "一", birth: "20150620"), People.double(child, birth: "20130430"),
            People.double(child, name: "欧阳" + name.dropFirst()), People.double(child, sex: "2"),
        ]
        let found = pairs(people + doubles)
        for index in doubles.indices { #expect(found.contains(SuspicionPair(4, people.count + index)), "\(index)") }
        #expect(Set(found).count == found.count)
    }

    @Test func `a block beyond the limit is left out`() {
        let one = (0..<SuspicionBlocks.limit).map { _ in People.subject("王伟", "1", "20120304") }
        #expect(pairs(one).count == SuspicionBlocks.limit * (SuspicionBlocks.limit - 1) / 2)
        #expect(pairs(one + [one[0]]).isEmpty)
    }

    @Test func `what is unknown is shared with nobody`() {
        #expect(pairs([People.subject("", "", ""), People.subject("", "", "")]).isEmpty)
        #expect(pairs([People.subject("王伟", "", ""), People.subject("王伟", "", "")]).isEmpty)
    }
}
