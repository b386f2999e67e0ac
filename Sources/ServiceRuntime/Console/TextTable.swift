/// A table of text with aligned columns, cut to the width there is.
package struct TextTable: Sendable {
    package struct Column: Sendable {
        package let title: String
        package let alignment: Alignment
        /// Columns with a higher number go first when the width does not suffice; those with 0 always stay.
        package let dispensability: Int
        /// Whether the column may be cut; there should be one of these, the last.
        package let isFlexible: Bool

        package init(
            _ title: String, _ alignment: Alignment = .left, dispensability: Int = 0, isFlexible: Bool = false
        ) {
            self.title = title
            self.alignment = alignment
            self.dispensability = dispensability
            self.isFlexible = isFlexible
        }
    }

    package enum Alignment: Sendable {
        case left, right
    }

    private let columns: [Column]
    private var rows: [[String]] = []
    private let style: @Sendable (_ column: Int, _ cell: String) -> String

    /// The narrowest that a flexible column is made before other columns are left out for it.
    private static let narrowestFlexible = 16
    private static let gap = "  "

    /// - Parameter style: gives a cell its colour once it is cut and aligned; by default none.
    package init(_ columns: [Column], style: @escaping @Sendable (Int, String) -> String = { $1 }) {
        self.columns = columns
        self.style = style
    }

    /// Adds a row with a cell for each column. Cells are shown as one line of harmless text, whatever is in them.
    package mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells.map(TextWidth.printable))
    }

    /// The lines of the table, its titles first.
    /// - Parameters:
    ///   - width: columns that a line may take; nil for as many as it needs.
    ///   - ellipsis: ends a cell that was cut.
    package func lines(width: Int?, ellipsis: String = "…", titles: TextStyle = .plain) -> [String] {
        let natural = columns.indices.map { column in
            rows.reduce(TextWidth.columns(of: columns[column].title)) { max($0, TextWidth.columns(of: $1[column])) }
        }
        let widths = fit(natural, into: width)
        let shown = columns.indices.filter { widths[$0] != nil }
        let last = shown.last
        return ([columns.map(\.title)] + rows).enumerated().map { number, row in
            var line = ""
            for column in shown {
                let cell = TextWidth.cut(row[column], to: widths[column] ?? 0, ellipsis: ellipsis)
                let padding = String(repeating: " ", count: (widths[column] ?? 0) - TextWidth.columns(of: cell))
                let styled = number == 0 ? titles.dim(cell) : style(column, cell)
                switch columns[column].alignment {
                case .right: line += padding + styled
                case .left: line += column == last ? styled : styled + padding
                }
                if column != last { line += Self.gap }
            }
            // An empty last cell leaves only padding behind.
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    /// The width of each column; nil for one that is left out.
    private func fit(_ natural: [Int], into width: Int?) -> [Int?] {
        var widths: [Int?] = natural
        guard let width else { return widths }
        let leastOf = natural.indices.map {
            columns[$0].isFlexible ? min(natural[$0], Self.narrowestFlexible) : natural[$0]
        }
        func least() -> Int {
            let shown = widths.indices.filter { widths[$0] != nil }
            return shown.reduce(0) { $0 + leastOf[$1] } + Self.gap.count * max(0, shown.count - 1)
        }
        let candidates = columns.indices.filter { columns[$0].dispensability > 0 }
            .sorted { columns[$0].dispensability > columns[$1].dispensability }
        for column in candidates where least() > width { widths[column] = nil }
        let shown = widths.indices.filter { widths[$0] != nil }
        let total = shown.reduce(0) { $0 + natural[$1] } + Self.gap.count * max(0, shown.count - 1)
        var excess = total - width
        // What can be cut is cut first; when that does not do, the widest columns give way, so that no line ever wraps.
        for column in shown where columns[column].isFlexible && excess > 0 {
            let cut = min(excess, natural[column] - min(natural[column], Self.narrowestFlexible))
            widths[column] = natural[column] - cut
            excess -= cut
        }
        while excess > 0, let widest = shown.max(by: { (widths[$0] ?? 0) < (widths[$1] ?? 0) }),
            let current = widths[widest], current > 1
        {
            widths[widest] = current - 1
            excess -= 1
        }
        return widths
    }
}
