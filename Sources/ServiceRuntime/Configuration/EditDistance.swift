/// How many letters two words differ by.
enum EditDistance {
    /// Letters to insert, delete, replace, or swap with their neighbour to get from one word to the other; nil when it is more than `limit`.
    static func between(_ first: [UInt8], _ second: [UInt8], limit: Int) -> Int? {
        guard abs(first.count - second.count) <= limit else { return nil }
        guard !first.isEmpty, !second.isEmpty else { return max(first.count, second.count) }
        var before: [Int] = []
        var above = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var distance = min(current[column], above[column + 1]) + 1
                distance = min(distance, above[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    distance = min(distance, before[column - 1] + 1)
                }
                current.append(distance)
            }
            (before, above) = (above, current)
        }
        let distance = above[second.count]
        return distance <= limit ? distance : nil
    }
}
