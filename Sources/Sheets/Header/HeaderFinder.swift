/// The header of a table in a sheet.
public struct SheetHeader: Sendable, Hashable {
    /// By column from 0, as they stand in the sheet; empty where nothing is.
    public var titles: [String]
    /// Rows from 1 that the header takes; they differ when it stands in two rows with merged cells.
    public var rows: ClosedRange<Int>

    public init(titles: [String], rows: ClosedRange<Int>) {
        self.titles = titles
        self.rows = rows
    }
}

/// Looks for the header among the first rows: above it may stand titles and remarks.
public enum HeaderFinder {
    /// Filled rows that are looked at.
    public static let searchedRows = 10

    /// The row, or two rows laid over each other (lower titles first), that `score` rates highest; the upper one of equals.
    /// Rows up to and including the header are taken from `rows`; when there is none, nothing is.
    ///
    /// - Parameter score: how much the texts look like a header, 0 for not at all.
    public static func find(in rows: SheetRows, score: ([String]) -> Int) throws(SheetError) -> SheetHeader? {
        let candidates = try rows.peek(searchedRows)
        var best: (score: Int, header: SheetHeader)?
        for (index, row) in candidates.enumerated() {
            offer(SheetHeader(titles: row.texts, rows: row.number...row.number), score, &best)
            guard index + 1 < candidates.count, candidates[index + 1].number == row.number + 1 else { continue }
            let lower = candidates[index + 1]
            let titles = overlaid(row.texts, lower.texts)
            // Two rows must beat each of them alone, or the first pupil would become a part of the header.
            if score(titles) > max(score(row.texts), score(lower.texts)) {
                offer(SheetHeader(titles: titles, rows: row.number...lower.number), score, &best)
            }
        }
        guard let found = best?.header else { return nil }
        while let row = try rows.peek(1).first, row.number <= found.rows.upperBound { _ = try rows.next() }
        return found
    }

    private static func overlaid(_ upper: [String], _ lower: [String]) -> [String] {
        (0..<max(upper.count, lower.count)).map { column in
            let own = column < lower.count ? lower[column] : ""
            return own.isEmpty && column < upper.count ? upper[column] : own
        }
    }

    private static func offer(
        _ header: SheetHeader, _ score: ([String]) -> Int, _ best: inout (score: Int, header: SheetHeader)?
    ) {
        let points = score(header.titles)
        if points > max(0, best?.score ?? 0) { best = (points, header) }
    }
}
