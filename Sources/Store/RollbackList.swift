/// Things noted in order, each once, of which a part can be taken back. Marking costs nothing, however long the list is: every entry of a
/// large pass is tried in a savepoint of its own.
struct RollbackList<Element: Hashable> {
    /// A place to go back to.
    struct Mark {
        fileprivate let count: Int
        fileprivate let takings: Int
    }

    private(set) var elements: [Element] = []
    private var members: Set<Element> = []
    /// What was taken out while a mark stood, oldest first.
    private var taken: [[Element]] = []
    private var marks = 0

    var isEmpty: Bool { elements.isEmpty }
    var count: Int { elements.count }

    func contains(_ element: Element) -> Bool { members.contains(element) }

    mutating func insert(_ element: Element) {
        if members.insert(element).inserted { elements.append(element) }
    }

    /// Takes out what was noted last, when it is this.
    mutating func removeLast(_ element: Element) {
        guard elements.last == element else { return }
        elements.removeLast()
        members.remove(element)
    }

    /// Empties the list.
    mutating func takeAll() -> [Element] {
        let all = elements
        if marks > 0 { taken.append(all) }
        elements = []
        members = []
        return all
    }

    mutating func mark() -> Mark {
        marks += 1
        return Mark(count: elements.count, takings: taken.count)
    }

    /// What has happened since the mark stands.
    mutating func keep(_ mark: Mark) { end() }

    /// As it was at the mark.
    mutating func goBack(to mark: Mark) {
        let before = taken.count > mark.takings ? taken[mark.takings] : elements
        elements = Array(before.prefix(mark.count))
        members = Set(elements)
        taken.removeSubrange(mark.takings...)
        end()
    }

    private mutating func end() {
        marks -= 1
        if marks == 0 { taken = [] }
    }
}
