import SyncCore
import TestSupport

/// A user with hostile but legal texts and numbers.
struct FuzzUser: Equatable {
    var legacyID: Int64
    var userName: [UInt8]
    var email: [UInt8]
    var createdAt: Int64
    var deleted: Bool

    /// The earliest time that PostgreSQL can store, in microseconds from 1970.
    private static let earliest: Int64 = -210_866_803_200_000_000

    init(using random: inout SeededGenerator) {
        legacyID = Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...62, using: &random)
        userName = Self.text(Int.random(in: 1...20, using: &random), using: &random)
        email = Self.text(Int.random(in: 0...20, using: &random), using: &random)
        createdAt = max(
            Self.earliest, Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...62, using: &random))
        deleted = Bool.random(using: &random)
    }

    private init(_ batch: DecodedBatch, at index: Int) {
        legacyID = batch.legacyIDs[index]
        userName = batch.withUserName(at: index) { Array($0) }
        email = batch.withEmail(at: index) { Array($0) }
        createdAt = batch.createdAts[index]
        deleted = batch.deleted[index]
    }

    static func users(of batch: DecodedBatch) -> [FuzzUser] {
        (0..<batch.count).map { FuzzUser(batch, at: $0) }
    }

    /// Whether PostgreSQL takes it.
    var isStorable: Bool {
        !userName.isEmpty && createdAt >= Self.earliest
            && [userName, email].allSatisfy { !$0.contains(0) && String(validating: $0, as: UTF8.self) != nil }
    }

    func withRecord<Result, Failure: Error>(
        _ body: (UserRecord) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try userName.withUnsafeBufferPointer { (name) throws(Failure) -> Result in
            try email.withUnsafeBufferPointer { (address) throws(Failure) -> Result in
                try body(
                    UserRecord(
                        legacyID: legacyID, userName: UnsafeRawBufferPointer(name),
                        email: UnsafeRawBufferPointer(address), createdAt: createdAt, deleted: deleted))
            }
        }
    }

    private static func text(_ scalars: Int, using random: inout SeededGenerator) -> [UInt8] {
        let special: [Unicode.Scalar] = [
            "\\", "\t", "\n", "\r", "\u{1}", "\u{B}", "\u{1F}", "\u{7F}", "\u{80}", "\u{FFFD}", "\u{FFFE}", "\u{FFFF}",
            "\u{10FFFF}", "\u{FEFF}", "N", ".", "x", "0",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<scalars {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: text.append(special[Int.random(in: 0..<special.count, using: &random)])
            case 1: text.append(Unicode.Scalar(UInt32.random(in: 1...0x10FFFF, using: &random)) ?? "é")
            default: text.append(Unicode.Scalar(UInt8.random(in: 0x61...0x7A, using: &random)))
            }
        }
        return Array(String(text).utf8)
    }
}
