import Protocol
import Replication
import Rules

/// One lane of a link as the driver sees it.
struct Lane {
    var isResting = true
    /// Grows with each wake-up that is under way, so that older ones are ignored.
    var wake = 0
    var stir = 0
    /// The call that is out; answers to others come too late.
    var call: Int?
}

/// A pull that the parent holds.
struct HeldPull {
    let child: Int
    let epoch: Int
    let lane: ChildLink.Lane
    let call: Int
    let path: String
    var next: [UInt8]
    /// What to send when the time is out; nil before the parent has looked.
    var answer: ParentEndpoint.Answer?
    let until: Double
}

/// A call on its way to the parent that the child had when it was sent.
struct Request {
    let child: Int
    let parent: Int
    let epoch: Int
    let lane: ChildLink.Lane
    let call: Int
    let path: String
    var body: [UInt8]
}

/// What will happen at a time.
enum Occurrence {
    case wake(child: Int, epoch: Int, lane: ChildLink.Lane, wake: Int)
    case request(Request)
    case reply(child: Int, epoch: Int, lane: ChildLink.Lane, call: Int, answer: WireAnswer)
    case timeout(child: Int, epoch: Int, lane: ChildLink.Lane, call: Int, isSilent: Bool)
    case shut(child: Int, epoch: Int, lane: ChildLink.Lane, call: Int, refusal: LinkFailure)
    case heldEnds(parent: Int)
    case act
    case fault
    case revive(Int)
    case unpause(Int)
    case mend(Int)
    case upgrade(Int)
    case verify(Int)
    /// The former node of a unit that works elsewhere now.
    case switchOff(Int)
    case clockRight(Int)
    /// An operator gives a node a new certificate.
    case certify(Int)
    case centreStops(Double)
    /// The authority that a hosted school was given to takes it in.
    case host(Int)
    case join(Int)
    case readmit(Int)
    /// The centre's disk goes back behind a number that it gave to a pupil of this school.
    case centreGoesBack(UnitCode)
    /// A machine goes back to the snapshot that was made before its last act.
    case goesBack(Int)
    case roomAgain(Int)
    case cloneEnds(Int)
    /// A receiving school changes its mind.
    case regret(TransferHead)
}

/// An answer as it arrives at the child.
struct WireAnswer: Sendable {
    var status: Int
    var contentType: String
    var body: [UInt8]
}

/// What is to come, by time, then by order of planning: a binary heap.
struct Agenda {
    private struct Item {
        let at: Double
        let order: Int
        let what: Occurrence
    }

    private var heap: [Item] = []
    private var planned = 0

    var isEmpty: Bool { heap.isEmpty }
    var nextTime: Double? { heap.first?.at }

    mutating func plan(_ what: Occurrence, at: Double) {
        planned += 1
        heap.append(Item(at: at, order: planned, what: what))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (at: Double, what: Occurrence)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) { least = child }
                if least == parent { break }
                heap.swapAt(parent, least)
                parent = least
            }
        }
        return (first.at, first.what)
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        (heap[one].at, heap[one].order) < (heap[other].at, heap[other].order)
    }
}
