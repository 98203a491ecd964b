import ArgumentParser
import Features

/// A verb of the command line.
protocol Verb: AsyncParsableCommand {
    var place: PlaceOptions { get }
    /// Does it and prints what came of it.
    func perform(_ printout: Printout) async throws -> ExitStatus
}

extension Verb {
    func run() async throws {
        let printout = Printout(isJSON: place.json)
        let status: ExitStatus
        do {
            status = try await perform(printout)
        } catch {
            let failure = VerbFailure(error)
            printout.show(failure)
            status = failure.status
        }
        if status != .done { throw ExitCode(status.rawValue) }
    }

    /// Calls an operation; with `--wait` again until `isReached`, or until the time is over.
    func ask(_ call: VerbCall, until isReached: (JSONValue) -> Bool = { _ in true }) async throws -> JSONValue {
        let caller = NodeCaller(place)
        guard let wait = place.wait, wait > 0 else { return try await caller.call(call) }
        let end = SystemSurroundings.monotonicSeconds() + wait
        while true {
            var failure: VerbFailure?
            do {
                let answer = try await caller.call(call)
                if isReached(answer) { return answer }
            } catch { failure = VerbFailure(error) }
            // What is wrong with the request itself does not mend with time.
            if let failure, failure.status == .usage || failure.status == .notPermitted { throw failure }
            guard SystemSurroundings.monotonicSeconds() < end else {
                throw failure.map { VerbFailure($0.refusal, .timedOut) } ?? VerbFailure.timedOut
            }
            try await SystemSurroundings.sleep(0.2)
        }
    }
}
