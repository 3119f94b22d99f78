/// Rows in columns as wide as their widest cell, the head in capitals.
struct TextTable {
    let columns: [String]
    let rows: [[String]]

    var text: String {
        let head = columns.map { $0.replacing("_", with: " ").uppercased() }
        let lines = [head] + rows
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = zip(line, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            return cells.joined(separator: "  ").trimmingRight()
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func trimmingRight() -> String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }
}
