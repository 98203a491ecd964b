import Testing

@testable import Rules

@Suite struct TransferabilityTests {
    @Test func `whoever is at school without anything under way may go, and nobody else`() {
        #expect(Dossier.standing(.enrolled).transferObstacle == nil && Dossier.standing(.enrolled).isPresent)
        for stand in [Stand.entered, .reviewed, .returned] {
            guard case .notAttending? = Dossier.standing(stand).transferObstacle else {
                Issue.record("\(stand)")
                continue
            }
        }
        for stand in [Stand.submitted, .deletionRequested, .deletionConfirmed] {
            guard case .openCase? = Dossier.standing(stand).transferObstacle else {
                Issue.record("\(stand)")
                continue
            }
        }
        #expect(Dossier.standing(.deleted).transferObstacle == .ended)
        var doubled = Dossier.standing(.enrolled)
        doubled.problems = ["id_dup"]
        #expect(doubled.transferObstacle == .problem(["id_dup"]))
    }

    @Test func `whoever is suspended or has left is not transferred, and the reason names it`() {
        for status in StudentStatus.allCases where status != .present {
            var away = Dossier.standing(.enrolled)
            away.roll = RollStanding(status)
            #expect(away.transferObstacle == .notAttending(status.label) && !away.isPresent)
        }
    }

    private static func school(_ stages: Set<Stage>, _ years: [Stage: Int]) -> Unit {
        Unit(code: "2144000001", name: "学校", tier: .school, competent: "440106", kind: "211", stages: stages, years: years)
    }

    @Test func `the grade stays the same, unless the two systems differ and the school has the stage`() {
        let (six, five) = (Self.school([.primary], [.primary: 6]), Self.school([.primary], [.primary: 5]))
        let junior = Self.school([.junior], [.junior: 3])
        let fourYears = Self.school([.junior], [.junior: 4])
        #expect(TransferGrade.isAllowed("20221", from: "20221", releasing: six, receiving: six))
        #expect(!TransferGrade.isAllowed("20211", from: "20221", releasing: six, receiving: six))
        #expect(TransferGrade.isAllowed("20211", from: "20221", releasing: five, receiving: six))
        #expect(TransferGrade.isAllowed("20211", from: "20221", releasing: six, receiving: five))
        #expect(!TransferGrade.isAllowed("20262", from: "20211", releasing: six, receiving: junior))
        #expect(TransferGrade.isAllowed("20262", from: "20211", releasing: six, receiving: fourYears))
        #expect(!TransferGrade.isAllowed("20262", from: "20211", releasing: five, receiving: six), "no such stage there")
        #expect(!TransferGrade.isAllowed("初一", from: "20211", releasing: five, receiving: six))
    }
}
