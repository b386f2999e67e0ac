import Foundation
import SyncCore
import TestSupport
import Testing

@Suite("The templates")
struct TemplateTests {
    @Test("every queue is encrypted at rest, and refuses calls without TLS")
    func queues() throws {
        let text = try String(contentsOfFile: packageRoot + "/infra/templates/queue.yaml", encoding: .utf8)
        let queues = text.matches(of: #/(?m)^  (\w+):\n    Type: AWS::SQS::Queue\n((?:(?:    .*)?\n)*)/#)
        #expect(queues.count == 2)
        let denials = text.matches(
            of:
                #/Effect: Deny\n +Principal: "\*"\n +Action: sqs:\*\n +Resource: !GetAtt (\w+)\.Arn\n +Condition: \{ Bool: \{ aws:SecureTransport: "false" \} \}/#
        ).map(\.1)
        for queue in queues {
            #expect(queue.2.contains("      SqsManagedSseEnabled: true\n"), "\(queue.1)")
            #expect(denials.contains(queue.1), "\(queue.1)")
        }
    }

    @Test(
        "the pattern of SyncExtraFields takes each list that SYNC_EXTRA_FIELDS takes, and refuses what has another form"
    )
    func extraFields() throws {
        let text = try String(contentsOfFile: packageRoot + "/infra/main.yaml", encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n  SyncExtraFields:\n").last)
        let parameter = try #require(section.firstMatch(of: #/AllowedPattern: '(.*)'\n/#)?.1)
        let pattern = try Regex(String(parameter))
        func isTaken(_ setting: String) throws -> Bool { try pattern.wholeMatch(in: setting) != nil }

        let keys = [
            "phone", "Phone", "plan-name", "_x", "x9", "9x", "ação", "", "a\"b", "a\\b", "a\u{1}b", "k.l", "日本",
        ]
        let types = UserField.Kind.allCases.map(\.rawValue) + ["", "string", "Text"]
        let long = String(repeating: "c", count: 64)
        let columns = [nil, "phone", "_x", "x9", "9x", "Phone", "a-b", "", String(long.dropLast()), long]
        var settings = [
            "\(long):text:c", "\(long)k:text:c", "phone", "phone:text:a:b", "phone:text,plan:text:plan_name",
        ]
        for key in keys {
            for type in types {
                settings += columns.map { [key, type, $0].compactMap(\.self).joined(separator: ":") }
            }
        }
        settings += ["phone:text,", ",phone:text", "phone:text,,plan:text", "phone:text;plan:text"]
        settings += [32, 33].map { count in (0..<count).map { "k\($0):text" }.joined(separator: ",") }
        for setting in settings {
            let isAccepted = (try? ExtraFields(setting: setting)) != nil
            #expect(try isTaken(setting) == isAccepted, "\(setting)")
        }
        // Blanks around an entry are left to the shell; infra/environments/NAME.env has none.
        #expect(try !isTaken("phone:text, plan:text"))
        // What a name means is checked by `migrate`, before it touches anything.
        for meant in ["email:text", "plan:text:user_name", "phone:text,phone:number:other", "a:text:c,b:text:c"] {
            #expect(try isTaken(meant))
            #expect(throws: ExtraFieldsError.self) { try ExtraFields(setting: meant) }
        }
    }
}
