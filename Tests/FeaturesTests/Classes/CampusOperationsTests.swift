import Features
import Rules
import Testing

@Suite struct CampusOperationsTests {
    @Test func theAuthorityDesignatesAndTheClassesKnowIt() throws {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        let place = ["school": People.school.code.text, "number": "1"]
        let answer = try node.call("campuses.set", as: People.county.code, place, body: #"{"name":"东校区","isPrivate":true}"#)
        #expect(answer.contains("东校区"))
        _ = try node.call("classes.add", as: People.school.code, body: #"{"stage":"primary","year":2022,"count":1,"campus":1}"#)
        let classes = try node.archive.read { try ClassShelf($0).classes(of: People.school.code) }
        #expect(classes["2022101"]?.isPrivateCampus == true)
        #expect(classes["2022101"]?.campus == 1)
    }

    @Test func aSchoolCannotDesignateItsOwnBranch() throws {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        #expect {
            _ = try node.call(
                "campuses.set", as: People.school.code, ["school": People.school.code.text, "number": "1"], body: #"{"name":"东校区"}"#)
        } throws: { ($0 as? Refusal)?.code == "campuses.right" }
    }

    @Test func theLastChangeCountsAndSayingTheSameTwiceWritesNothing() throws {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        let place = ["school": People.school.code.text, "number": "1"]
        _ = try node.call("campuses.set", as: People.county.code, place, body: #"{"name":"东校区"}"#)
        let once = try node.archive.read { try EnvelopeCount.of($0) }
        _ = try node.call("campuses.set", as: People.county.code, place, body: #"{"name":"东校区"}"#)
        #expect(try node.archive.read { try EnvelopeCount.of($0) } == once)
        let changed = try node.call("campuses.set", as: People.county.code, place, body: #"{"name":"西校区"}"#)
        #expect(changed.contains("西校区") && !changed.contains("东校区"))
    }
}
