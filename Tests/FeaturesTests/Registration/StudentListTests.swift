import Features
import FoundationEssentials
import Rules
import Testing

/// Lists and searches as programs ask for them.
@Suite struct StudentListTests {
    private func journey() throws -> Journey {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        let journey = Journey(node: node)
        let classCode = try journey.addClass()
        _ = try journey.importRows([People.row(1, classCode: classCode), People.row(2, classCode: classCode)])
        return journey
    }

    @Test func aNameIsSearchedForInTheBodyNeverInTheAddress() throws {
        let journey = try journey()
        let all = try journey.students()
        #expect(try journey.search(all[0].name).map(\.dossier) == [all[0].dossier])
        #expect(try journey.search("%").isEmpty)
        #expect { _ = try journey.students(["search": all[0].name]) } throws: { ($0 as? Refusal)?.code == "search.address" }
    }

    @Test func aSearchTakesTheFiltersOfTheList() throws {
        let journey = try journey()
        let page: Journey.Page = try journey.decode(journey.node.call(
            "students.search", as: People.school.code, body: #"{"search":"张","state":"clean","limit":1}"#))
        #expect(page.total == 2)
        #expect(page.students.count == 1)
        #expect {
            _ = try journey.node.call("students.search", as: People.school.code, body: #"{"search":"张","limit":0}"#)
        } throws: { ($0 as? Refusal)?.code == "limit" }
    }

    @Test(arguments: ["problem", "holder"])
    func anUnknownValueOfAFilterIsRefusedNotPassedOver(_ name: String) throws {
        let journey = try journey()
        #expect { _ = try journey.students([name: "bogus"]) } throws: { ($0 as? Refusal)?.kind == .usage }
    }

    /// The total comes from the table of counts or from the table of dossiers, as the filter has it.
    @Test(arguments: [[:], ["state": "clean"], ["state": "enrolled,clean"], ["state": "returned"], ["problem": "any"], ["class": ""], ["holder": "self"]])
    func theTotalIsWhatAllPagesShow(_ filter: [String: String]) throws {
        let journey = try journey()
        let shown = try journey.students(filter)
        let page: Journey.Page = try journey.decode(journey.node.call("students.list", as: People.school.code, filter))
        #expect(page.total == shown.count)
    }
}
