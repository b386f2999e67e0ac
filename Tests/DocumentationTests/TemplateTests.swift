import Foundation
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
}
