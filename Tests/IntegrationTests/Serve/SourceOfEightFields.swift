/// Two bodies of a source whose users have three fields of their own, the second one changed in many ways.
enum SourceOfEightFields {
    static let users = 3_000
    static let userName = "Łukasz 日本 7"
    /// What the table holds of that user beyond the five fields, by column.
    static let extras = #"{"phone": "+49 30 7", "plan_name": "gold", "score": "1.5"}"#

    static let usual = body { id in
        Record(deleted: id % 50 == 0, more: #","phone":"+49 30 \#(id)","plan":"gold","score":1.50"#)
    }

    /// Missing dates, empty phones, more deleted users, one score that is a text, and three fields that nobody reads: one of them in all
    /// records but one, another with a long name, a third in another script.
    static let changed = body { id in
        let phone = id % 20 == 0 ? "null" : #""+49 30 \#(id)""#
        let score = id == 2_999 ? #""high""# : "1.50"
        let tier = id == 1 ? "" : #","loyaltyTier":{"level":\#(id % 3)}"#
        let memo = id % 50 == 1 ? #","メモ":"x""# : ""
        return Record(
            createdAt: id % 100 < 3 ? "" : #","createdAt":"2024-05-01T10:00:00Z""#, deleted: id % 5 == 0,
            more: #","phone":\#(phone),"plan":"gold","score":\#(score),"\#(longName)":[]"# + tier + memo)
    }

    private static let longName = "preferredCommunicationChannelsOfTheCustomer"

    private struct Record {
        var createdAt = #","createdAt":"2024-05-01T10:00:00Z""#
        let deleted: Bool
        let more: String
    }

    private static func body(_ record: (Int) -> Record) -> String {
        let records = (0..<users).map { id in
            let record = record(id)
            let name = id == 7 ? userName : "user\(id)"
            return
                #"{"id":\#(id),"userName":"\#(name)","email":"u\#(id)@example.com"\#(record.createdAt),"deleted":\#(record.deleted)\#(record.more)}"#
        }
        return "[" + records.joined(separator: ",") + "]"
    }
}
