import SQS
import Testing

@Suite("A redrive policy")
struct RedrivePolicyTests {
    @Test("is read with its count as a number or as a string", arguments: ["5", "\"5\""])
    func read(count: String) {
        let policy = RedrivePolicy(
            attribute:
                #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123:dead.fifo","maxReceiveCount":\#(count),"x":[1]}"#)
        #expect(policy?.maximumReceives == 5)
        #expect(policy?.deadLetterQueueName == "dead.fifo")
    }

    @Test(
        "that is none is refused",
        arguments: [
            "", "null", "[]", "{}", #"{"maxReceiveCount":5}"#, #"{"deadLetterTargetArn":"a"}"#,
            #"{"deadLetterTargetArn":"a","maxReceiveCount":0}"#, #"{"deadLetterTargetArn":"a","maxReceiveCount":"x"}"#,
            #"{"deadLetterTargetArn":"a","maxReceiveCount":5}}"#,
        ])
    func refused(attribute: String) {
        #expect(RedrivePolicy(attribute: attribute) == nil)
    }
}
