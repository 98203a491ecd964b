@testable import Features
import Rules
import Store
import Testing

@Suite struct TransferListTests {
    private typealias C = SmallCountry

    private struct Page: Decodable {
        struct Item: Decodable { let transfer: String }
        let total: Int
        let next: String?
        let transfers: [Item]
    }

    private func pages(_ world: TransferCountry, limit: Int) throws -> [Page] {
        var pages: [Page] = []
        var parameters = ["limit": String(limit)]
        repeat {
            let page: Page = try world.country.decode(world.node.call("transfers.list", as: C.tianhe.code, parameters))
            pages.append(page)
            parameters["after"] = page.next
        } while pages.last?.next != nil && pages.count < 10
        return pages
    }

    @Test func `the list comes in pages, each transfer once, oldest first, and the last page says so`() throws {
        let world = try TransferCountry(seed: 621)
        var made: [String] = []
        for number in 1...3 {
            made.append(try world.apply(try world.enrolled(number)))
            world.node.clock.advance(60)
        }
        let pages = try pages(world, limit: 2)
        #expect(pages.map(\.transfers.count) == [2, 1] && pages.allSatisfy { $0.total == 3 })
        #expect(pages.flatMap { $0.transfers.map(\.transfer) } == made)
        #expect(try self.pages(world, limit: 3).map(\.next) == [nil])
    }
}
