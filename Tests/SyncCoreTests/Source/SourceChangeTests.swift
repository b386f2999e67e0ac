import SyncCore
import Testing

@Suite("What has changed in the source")
struct SourceChangeTests {
    /// 1000 sound records of the five fields.
    static func profile(_ change: (inout SourceProfile) -> Void = { _ in }) -> SourceProfile {
        var profile = SourceProfile()
        (profile.records, profile.users, profile.deleted) = (1_000, 1_000, 50)
        profile.fields = ["id", "userName", "email", "createdAt", "deleted"].map { SourceProfile.Field(name: $0) }
        profile.unknownFields = [.init(name: "plan", records: 1_000, type: .string)]
        profile.rejects = ["invalid_json": 20]
        change(&profile)
        return profile
    }

    private static func messages(_ now: SourceProfile, after earlier: [SourceProfile]) -> [String] {
        SourceChange.changes(in: now, after: earlier).map(\.message)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let change: @Sendable (inout SourceProfile) -> Void
        let message: String?
        var testDescription: String { name }

        init(_ name: String, _ message: String?, _ change: @escaping @Sendable (inout SourceProfile) -> Void) {
            (self.name, self.message, self.change) = (name, message, change)
        }
    }

    /// Each bound from both of its sides.
    static let cases: [Case] = [
        Case("nothing", nil) { _ in },
        Case("a field that is new in all records", "field `phone` is new in 100% of records") {
            $0.unknownFields.append(.init(name: "phone", records: 1_000, type: .string))
        },
        Case("a new field in all but one", "field `phone` is new in 99.9% of records") {
            $0.unknownFields.append(.init(name: "phone", records: 999, type: .string))
        },
        Case("a new field in too few", nil) {
            $0.unknownFields.append(.init(name: "phone", records: 9, type: .string))
        },
        Case("a field that no longer comes", "field `plan` is gone (was in 100% of records)") { $0.unknownFields = [] },
        Case("a field that comes less often", nil) { $0.unknownFields[0].records = 400 },
        Case("missing in 3%", "`createdAt` is missing in 3% of records (was 0%)") { $0.fields[3].absent = 30 },
        Case("missing in 1%", "`createdAt` is missing in 1% of records (was 0%)") { $0.fields[3].absent = 10 },
        Case("missing in less", nil) { $0.fields[3].absent = 9 },
        Case("null", "`email` is null in 12.5% of records (was 0%)") { $0.fields[2].null = 125 },
        Case("another type", "`id` has another type in 2% of records (was 0%)") { $0.fields[0].mistyped = 20 },
        Case("fewer users", "38% fewer users than the median of the last 10 completed syncs") { $0.users = 620 },
        Case("a few users fewer", nil) { $0.users = 901 },
        Case("10% fewer", "10% fewer users than the median of the last 10 completed syncs") { $0.users = 900 },
        Case("more users", "50% more users than the median of the last 10 completed syncs") { $0.users = 1_500 },
        Case("not that many more", nil) { $0.users = 1_499 },
        Case("a reason for rejects", "rejects with the reason `too_deep`: 4% of records (was 0%)") {
            $0.rejects["too_deep"] = 40
        },
        Case("more of a reason", "rejects with the reason `invalid_json`: 3% of records (was 2%)") {
            $0.rejects["invalid_json"] = 30
        },
        Case("a few more", nil) { $0.rejects["invalid_json"] = 29 },
        Case("rejects that a field explains", "`createdAt` is missing in 3% of records (was 0%)") {
            $0.fields[3].absent = 30
            $0.rejects["missing_field"] = 30
        },
        Case("deleted users", "30% of users are marked as deleted (was 5%)") { $0.deleted = 300 },
        Case("some deleted users", nil) { $0.deleted = 149 },
        Case(
            "more names than are listed",
            "more than 64 unknown fields: 50% of records have some that are not listed (was 0%)"
        ) { $0.unlistedRecords = 500 },
    ]

    @Test("each kind of change is reported from its bound on, and not below", arguments: cases)
    func matrix(_ testCase: Case) {
        let earlier = Array(repeating: Self.profile(), count: 10)
        let found = Self.messages(Self.profile(testCase.change), after: earlier)
        #expect(found == (testCase.message.map { [$0] } ?? []))
    }

    @Test("the matrix has every kind")
    func complete() {
        let earlier = [Self.profile()]
        let kinds = Self.cases.flatMap { SourceChange.changes(in: Self.profile($0.change), after: earlier) }.map(\.kind)
        #expect(Set(kinds) == Set(SourceChange.Kind.allCases))
    }

    @Test("nothing is usual before a sync has completed, and chance in a small source is no change")
    func tooLittle() {
        #expect(Self.messages(Self.profile { $0.fields[0].absent = 500 }, after: []) == [])
        let small = Self.profile { ($0.records, $0.users, $0.deleted, $0.rejects) = (20, 20, 1, [:]) }
        let odd = Self.profile {
            ($0.records, $0.users, $0.deleted, $0.rejects) = (20, 15, 5, ["invalid_json": 5])
            $0.fields[0].absent = 9
            $0.unknownFields = [
                .init(name: "plan", records: 20, type: .string), .init(name: "x", records: 9, type: .null),
            ]
        }
        #expect(Self.messages(odd, after: [small]) == [])
    }

    @Test(
        "one odd sync is no measure, and what stays changed is usual once it was so in half of them", arguments: 0...10)
    func median(changed: Int) {
        let new = Self.profile { $0.fields[1].null = 100 }
        let earlier = (0..<10).map { $0 < changed ? new : Self.profile() }
        // The median of five and five lies between the two.
        #expect(Self.messages(new, after: earlier).count == (changed <= 5 ? 1 : 0))
        #expect(Self.messages(Self.profile { $0.users = 500 }, after: earlier).count == 1)
    }

    @Test("only the last ten syncs count, and one alone is named as such")
    func window() {
        let new = Self.profile { $0.users = 500 }
        let old = Array(repeating: new, count: 90)
        #expect(
            Self.messages(new, after: Array(repeating: Self.profile(), count: 10) + old)
                == ["50% fewer users than the median of the last 10 completed syncs"])
        #expect(Self.messages(new, after: [Self.profile()]) == ["50% fewer users than the last completed sync"])
    }

    @Test("a name that an earlier profile had no room for is not called new, and one beyond this profile's not gone")
    func unlisted() {
        let full = Self.profile { $0.unlistedRecords = 1_000 }
        let new = Self.profile {
            $0.unknownFields.append(.init(name: "phone", records: 1_000, type: .string))
            $0.unlistedRecords = 1_000
        }
        #expect(Self.messages(new, after: [full]) == [])
        #expect(
            Self.messages(Self.profile { ($0.unknownFields, $0.unlistedRecords) = ([], 1_000) }, after: [full]) == [])
    }

    /// With `phone` as an extra field.
    private static func extended(_ change: (inout SourceProfile) -> Void = { _ in }) -> SourceProfile {
        profile {
            $0.fields.append(SourceProfile.Field(name: "phone", absent: 400))
            change(&$0)
        }
    }

    @Test("a field that becomes an extra one, or ceases to be one, is neither new nor gone nor missing")
    func becomesExtra() {
        let unread = Self.profile { $0.unknownFields.append(.init(name: "phone", records: 600, type: .string)) }
        #expect(Self.messages(Self.extended(), after: [unread]) == [])
        #expect(Self.messages(unread, after: [Self.extended()]) == [])
        #expect(
            Self.messages(Self.extended(), after: [Self.profile()]) == [], "it was never there, and nothing is usual")
        let mixed = [Self.extended(), Self.extended(), unread, unread, unread, unread]
        #expect(
            Self.messages(Self.extended { $0.fields[5].absent = 500 }, after: mixed)
                == ["`phone` is missing in 50% of records (was 40%)"])
        #expect(Self.messages(unread, after: [Self.profile()]) == ["field `phone` is new in 60% of records"])
        #expect(
            Self.messages(Self.extended { $0.fields[5].absent = 1_000 }, after: [Self.extended()])
                == ["`phone` is missing in 100% of records (was 40%)"])
    }

    @Test("an extra field explains the rejects of its type, and none when it is missing or null")
    func extraRejects() {
        func change(_ reason: String, _ path: WritableKeyPath<SourceProfile.Field, Int>) -> [SourceChange.Kind] {
            let now = Self.extended {
                $0.fields[5][keyPath: path] += 100
                $0.rejects[reason] = 100
            }
            return SourceChange.changes(in: now, after: [Self.extended()]).map(\.kind)
        }
        #expect(change("invalid_field", \.mistyped) == [.fieldType])
        #expect(change("invalid_field", \.null) == [.fieldNull, .rejects])
        #expect(change("missing_field", \.absent) == [.fieldMissing, .rejects])
    }

    @Test("the SyncLog's line is bounded")
    func line() {
        #expect(SourceChange.line([]) == nil)
        let changes = SourceChange.changes(
            in: Self.profile { profile in
                profile.unknownFields += (0..<63).map { .init(name: "f\($0)", records: 1_000, type: .null) }
            }, after: [Self.profile()])
        #expect(changes.count == 63)
        let line = SourceChange.line(changes)
        #expect(line?.hasPrefix("field `f0` is new in 100% of records; field `f1` is new") == true)
        #expect(line?.hasSuffix("; and 43 more: see 'orchestrator source'") == true)
        #expect(SourceChange.line(Array(changes.prefix(1))) == "field `f0` is new in 100% of records")
    }

    @Test(
        "shares say what they are: not all is never 100%, not nothing never 0%",
        arguments: [
            (0, 1_000, "0%"), (1_000, 1_000, "100%"), (999_999, 1_000_000, "99.9%"), (1, 1_000_000, "under 0.1%"),
            (30, 1_000, "3%"), (33, 1_000, "3.3%"), (1, 3, "33.3%"), (0, 0, "0%"),
        ])
    func shares(count: Int, whole: Int, text: String) {
        #expect(SourceProfile.percent(count, of: whole) == text)
    }
}
