import Testing

@testable import Store

@Suite struct RollbackListTests {
    @Test func `each stands once in the order in which it came`() {
        var list = RollbackList<Int>()
        for value in [3, 1, 3, 2, 1] { list.insert(value) }
        #expect(list.elements == [3, 1, 2] && list.contains(1) && !list.contains(4))
        #expect(list.takeAll() == [3, 1, 2] && list.isEmpty)
        list.insert(3)
        #expect(list.elements == [3])
    }

    @Test func `going back brings what was taken out and drops what came`() {
        var list = RollbackList<Int>()
        [1, 2].forEach { list.insert($0) }
        let outer = list.mark()
        list.insert(3)
        let inner = list.mark()
        list.insert(4)
        #expect(list.takeAll() == [1, 2, 3, 4])
        list.insert(5)
        _ = list.takeAll()
        list.insert(1)
        list.goBack(to: inner)
        #expect(list.elements == [1, 2, 3] && !list.contains(4) && !list.contains(5))
        list.goBack(to: outer)
        #expect(list.elements == [1, 2] && !list.contains(3))
    }

    @Test func `what is kept inside is undone with what is around it`() {
        var list = RollbackList<Int>()
        list.insert(1)
        let outer = list.mark()
        let inner = list.mark()
        list.insert(2)
        _ = list.takeAll()
        list.keep(inner)
        list.insert(7)
        list.goBack(to: outer)
        #expect(list.elements == [1])
        list.insert(2)
        #expect(list.elements == [1, 2])
    }

    @Test func `only what was noted last can be taken out`() {
        var list = RollbackList<Int>()
        [1, 2].forEach { list.insert($0) }
        list.removeLast(1)
        #expect(list.elements == [1, 2])
        list.removeLast(2)
        #expect(list.elements == [1] && !list.contains(2))
        list.insert(2)
        #expect(list.elements == [1, 2])
    }
}
