import Foundation
import NIOCore

@testable import LegacySimulator

/// A source with every kind of trouble at once.
func troubled(seed: UInt64, users: Int, format: DataProfile.Format = .glued) -> DataProfile {
    DataProfile(
        seed: seed, users: users, arraySize: 17, junkRate: 0.4, damagedRate: 0.3, duplicateRate: 0.4,
        conflictingTies: 0.4,
        deletedRate: 0.3, unicodeRate: 0.5, changedRate: 0.3, generation: 2, format: format)
}

/// A source without damage of any kind.
func sound(seed: UInt64 = 1, users: Int, arraySize: Int = 100) -> DataProfile {
    DataProfile(
        seed: seed, users: users, arraySize: arraySize, junkRate: 0, damagedRate: 0, duplicateRate: 0, unicodeRate: 0)
}

/// The whole body, made in blocks of the given size.
func body(_ profile: DataProfile, blockBytes: Int = 4096) -> [UInt8] {
    bodyAndCounts(profile, blockBytes: blockBytes).body
}

func bodyAndCounts(_ profile: DataProfile, blockBytes: Int = 4096) -> (body: [UInt8], counts: BodyGenerator.Counts) {
    var blocks = BlockSource(BodyGenerator(profile), targetBytes: blockBytes, endsAtArrays: false)
    var body: [UInt8] = []
    while let block = blocks.next() { body += block.bytes.readableBytesView }
    return (body, blocks.generator.counts)
}

/// What a piece-writing closure writes.
func written(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
    withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { memory in
        guard var writer = ByteWriter(memory) else { return [] }
        write(&writer)
        return Array(writer.written)
    }
}

/// The table a reader gets by folding users in stream order with a dictionary: newest `createdAt` wins, on a tie the later.
func fold(_ users: [ReferenceReader.User]) -> [ReferenceReader.User] {
    var table: [[UInt8]: ReferenceReader.User] = [:]
    for user in users {
        if let present = table[user.userName], present.createdAt > user.createdAt { continue }
        table[user.userName] = user
    }
    return table.values.sorted { $0.userName.lexicographicallyPrecedes($1.userName) }
}

/// A line of COPY text, written without the code under test.
func copyLine(_ user: ReferenceReader.User) -> [UInt8] {
    func escaped(_ bytes: [UInt8]) -> [UInt8] {
        let letters: [UInt8: String] = [8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 92: "\\\\"]
        return bytes.flatMap { letters[$0].map { Array($0.utf8) } ?? [$0] }
    }
    let text = timestampText(user.createdAt)
    var line = Array("\(user.id)\t".utf8) + escaped(user.userName)
    line += Array("\t".utf8) + escaped(user.email) + Array("\t\(text)\t\(user.deleted ? "t" : "f")".utf8)
    for value in user.own { line += Array("\t".utf8) + (value.map(escaped) ?? Array("\\N".utf8)) }
    return line + Array("\n".utf8)
}

/// A moment in microseconds since 1970 as COPY text has it, written without the code under test.
func timestampText(_ moment: Int) -> String {
    // Day by day through the proleptic Gregorian calendar, which PostgreSQL uses and Foundation's leaves before 1582.
    let second = 1_000_000
    var days = Int((Double(moment) / Double(86_400 * second)).rounded(.down))
    let time = moment - days * 86_400 * second
    days += 719_528
    var year = 0
    while case let length = isLeap(year) ? 366 : 365, days >= length { (days, year) = (days - length, year + 1) }
    var month = 1
    while case let length = monthLengths(year)[month - 1], days >= length { (days, month) = (days - length, month + 1) }
    return String(
        format: "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", year, month, days + 1, time / second / 3600,
        time / second / 60 % 60,
        time / second % 60, time % second)
}

func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

func monthLengths(_ year: Int) -> [Int] { [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] }

func copyText(_ table: ExpectedTable) -> [UInt8] {
    var text: [UInt8] = []
    table.forEachCopyLine { text += $0 }
    return text
}
