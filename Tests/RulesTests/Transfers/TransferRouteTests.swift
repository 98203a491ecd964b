import Testing

@testable import Rules

@Suite struct TransferRouteTests {
    private typealias T = TransferTree

    /// The whole table: a change shows here first.
    @Test func `the table is the golden one`() {
        let text = TransferKind.allCases.map { kind in
            let stops = (TransferRoute.table[kind] ?? []).map { "\($0.0.rawValue)\($0.isByPolicy ? "?" : "")" }
            return "\(kind.rawValue): \(stops.joined(separator: " > "))"
        }.joined(separator: "\n")
        #expect(text == """
            withinAuthority: receivingSchool > releasingSchool > releasingAuthority > ferry > placing
            withinProvince: receivingSchool > receivingAuthority > releasingSchool > releasingAuthority > ferry > placing
            acrossProvinces: receivingSchool > receivingAuthority > receivingProvince? > forwarding > releasingSchool > releasingAuthority > releasingProvince? > ferry > placing
            """)
    }

    @Test func `the order follows from where the two schools stand`() {
        #expect(T.line(T.first, T.second) == """
            receivingSchool@2144000002 releasingSchool@2144000001 releasingAuthority@440106 ferry@440106 placing@2144000002
            """)
        #expect(T.line(T.first, T.haizhu) == """
            receivingSchool@2144000003 receivingAuthority@440105 releasingSchool@2144000001 releasingAuthority@440106 ferry@440100 placing@2144000003
            """)
        #expect(T.line(T.yuelu, T.first) == """
            receivingSchool@2144000001 receivingAuthority@440106 receivingProvince@440000? forwarding@000000 releasingSchool@2143000001 \
            releasingAuthority@430104 releasingProvince@430000? ferry@000000 placing@2144000001
            """)
    }

    @Test func `high schools of one city are under the city, and from a county's school to one of them the city is asked first`() {
        #expect(T.line(T.cityFirst, T.citySecond) == """
            receivingSchool@3144000005 releasingSchool@3144000004 releasingAuthority@440100 ferry@440100 placing@3144000005
            """)
        #expect(T.line(T.first, T.cityFirst) == """
            receivingSchool@3144000004 receivingAuthority@440100 releasingSchool@2144000001 releasingAuthority@440106 ferry@440100 placing@3144000004
            """)
    }

    @Test func `a province that is the competent authority is asked once, and where there is none nobody is`() {
        #expect(T.line(T.yuelu, T.provincial) == """
            receivingSchool@3144000006 receivingAuthority@440000 forwarding@000000 releasingSchool@2143000001 releasingAuthority@430104 \
            releasingProvince@430000? ferry@000000 placing@3144000006
            """)
        #expect(T.line(T.direct, T.first) == """
            receivingSchool@2144000001 receivingAuthority@440106 receivingProvince@440000? forwarding@000000 releasingSchool@2141000001 \
            releasingAuthority@419001 ferry@000000 placing@2144000001
            """)
        #expect(T.line(T.first, T.first) == nil && T.line(T.first, "9999999999") == nil)
    }

    @Test func `policy leaves provinces out or asks them, and what was forwarded may go back to one`() throws {
        let route = try #require(TransferRoute(from: T.yuelu, to: T.first, in: T.units))
        #expect(route.next(after: .receivingAuthority, provinces: true)?.station == .receivingProvince)
        #expect(route.next(after: .receivingAuthority, provinces: false)?.station == .forwarding)
        #expect(route.next(after: .releasingAuthority, provinces: false)?.station == .ferry)
        #expect(route.next(after: .placing, provinces: true) == nil)
        #expect(route.successors(of: .forwarding).map(\.station) == [.releasingSchool, .receivingProvince])
        #expect(route.successors(of: .receivingAuthority).map(\.station) == [.receivingProvince, .forwarding])
        #expect(route.successors(of: .releasingSchool).map(\.station) == [.releasingAuthority])
    }

    @Test func `every pair of schools has a route that begins and ends at the receiving one, with the ferry above both`() {
        let schools = T.units.units.values.filter { $0.tier == .school }.map(\.code)
        for releasing in schools {
            for receiving in schools where receiving != releasing {
                let route = TransferRoute(from: releasing, to: receiving, in: T.units)
                #expect(route?.stops.first?.unit == receiving && route?.stops.last?.unit == receiving)
                #expect(route?.stop(.ferry)?.unit == T.units.lowestCommonAuthority(releasing, receiving))
                #expect(route?.stops.count { $0.station == .releasingSchool && $0.unit == releasing } == 1)
            }
        }
    }
}
