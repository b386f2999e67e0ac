import Testing

@testable import SyncCore

@Suite("SYNC_EXTRA_FIELDS")
struct ExtraFieldsSettingTests {
    @Test("names keys, types and columns; a key without a column is the column")
    func reading() throws {
        let fields = try ExtraFields(setting: "phone:text, plan:text:plan_name ,score:number")
        #expect(
            fields.fields == [
                UserField(extra: "phone", column: "phone", kind: .text),
                UserField(extra: "plan", column: "plan_name", kind: .text),
                UserField(extra: "score", column: "score", kind: .number),
            ])
        for kind in UserField.Kind.allCases {
            #expect(try ExtraFields(setting: "x:\(kind.rawValue)").fields.map(\.kind) == [kind])
        }
    }

    @Test(
        "is written in the form in which it is read",
        arguments: ["phone:text,plan:text:plan_name,score:number", "é:integer:e"])
    func writing(text: String) throws {
        let fields = try ExtraFields(setting: text)
        #expect(fields.settingText == text)
        #expect(ExtraFields.none.settingText == "")
    }

    @Test(
        "is refused, with the entry's number and what to do",
        arguments: [
            ("", "entry 1"), ("phone", "jsonKey:type"), ("phone:text,", "entry 2"), ("a:text:b:c", "entry 1"),
            ("phone:varchar", "text, integer, number, boolean, timestamp"), ("phone:Text", "one of"),
            ("lastLogin:timestamp", "jsonKey:type:column"), ("a:text:1a", "no digit first"), ("a:text:ä", "a to z"),
            ("a:text:\(String(repeating: "a", count: 64))", "1 to 63"), (":text:a", "JSON key"),
            ("a b:text:c", "JSON key"),
            ("a\"b:text:c", "quotes"), ("email:text:mail", "always read"), ("mail:text:email", "another use"),
            ("a:text:xmin", "another use"), ("a:text:wins", "another use"), ("a:text,a:text:b", "entries 1 and 2"),
            ("a:text,b:text:a", "names one column twice"),
            ((0..<33).map { "f\($0):text" }.joined(separator: ","), "there may be 32"),
        ])
    func refused(text: String, part: String) {
        let error = #expect(throws: ExtraFieldsError.self) { try ExtraFields(setting: text) }
        #expect("\(error, default: "")".contains(part), "\(String(describing: error))")
    }

    @Test("every column that the upsert or the schema uses itself is reserved")
    func reserved() {
        for column in UserField.all.map(\.column) + ["id", "created_at", "updated_at", "deleted_at", "sync_id"] {
            #expect(throws: ExtraFieldsError.self) { try ExtraFields(setting: "x:text:\(column)") }
        }
    }
}
