@testable import Features
import Mustache
import Rules
import Store
import Testing

/// What stands on the screen of those concerned.
@Suite struct InquiryPagesTests {
    private typealias C = SmallCountry

    /// One visit as the local operator of a unit: the page's HTML without its frame, or where it leads.
    private func visit(
        _ page: String, as unit: Unit, _ world: InquiryCountry, _ parameters: [String: String] = [:], form: [String: String] = [:], settling: Bool = true
    ) throws -> String {
        let operations = InquiryOperations.operations(links: { .none })
        return try world.node.visit(page, as: .localOperator(of: unit.code), operations, parameters, form: form.mapValues { [$0] }, settling: settling)
    }

    @Test func `a school fills in the form and is led to a page that names nobody in its address`() throws {
        let world = try InquiryCountry(seed: 61)
        let form = try visit("inquiries", as: C.tianheFirst, world)
        #expect(form.contains(#"<form method="post" action="/inquiries">"#) && form.contains("湖南省教育厅</option>") && form.contains("每天 50 次"))
        let address = try visit(
            "inquiries.ask", as: C.tianheFirst, world, form: ["name": world.far.name, "studentNumber": world.far.number], settling: false)
        let id = String(address.split(separator: "/").last ?? "")
        #expect(id.count == 64 && address == "/inquiries/" + id)
        let waiting = try visit("inquiries.show", as: C.tianheFirst, world, ["inquiry": id])
        #expect(waiting.contains("等待答复") && waiting.contains(#"data-live="on""#) && waiting.contains("正在等“教育部”"))
        try world.node.settle()
        let answered = try visit("inquiries.show", as: C.tianheFirst, world, ["inquiry": id])
        #expect(answered.contains("已查到") && answered.contains("湖南省教育厅于 2026年9月10日 10:00 答复。") && answered.contains("岳麓第一小学（2143000001）"))
        #expect(answered.contains("小学 五年级") && answered.contains("<dd>女</dd>") && answered.contains(#"data-live="ended""#))
        #expect(try visit("inquiries", as: C.tianheFirst, world).contains("/inquiries/" + id))
        // What leads on stands where there is such a page.
        let hasTransfers = ConsolePages.all.contains { $0.path == "/transfers/new" && $0.method == .post }
        #expect(answered.contains("申请转学") == hasTransfers)
    }

    @Test func `a refused form keeps what was typed and says why`() throws {
        let world = try InquiryCountry(seed: 62)
        let refused = try visit("inquiries.ask", as: C.tianheFirst, world, form: ["name": "王五", "province": "430000"])
        #expect(refused.contains("只有姓名不能查询。") && refused.contains(#"value="王五""#) && refused.contains(#"value="430000" selected"#))
    }

    @Test func `an authority sees what was asked below and what it has answered, masked and without a form`() throws {
        let world = try InquiryCountry(seed: 63)
        let item = try world.ask(world.far.name, number: world.far.number)
        let below = try visit("inquiries", as: C.tianhe, world)
        #expect(below.contains(item.inquiry) && !below.contains("<form") && !below.contains(world.far.number))
        let answered = try visit("inquiries", as: C.hunan, world, ["scope": "answered"])
        #expect(answered.contains("天河第一小学") && answered.contains("已查到"))
        #expect(try visit("inquiries.show", as: C.hunan, world, ["inquiry": item.inquiry]).contains("天河第一小学"))
    }
}
